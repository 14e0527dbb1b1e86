using System.Globalization;
using WebhookBot.Clients;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Cli;

/// <summary>
/// Lines for a person. What a sender wrote begins no line: line breaks in it are escaped, as is all that moves a cursor, and further lines of
/// a record are indented.
/// </summary>
internal sealed class TextLogFormatter(KnownSecrets secrets, TimeProvider clock) : LogFormatter(FormatterName, secrets, clock)
{
    public const string FormatterName = "webhookbot-text";

    private const string Indent = "      ";

    protected override void Write(LogLine line, TextWriter to)
    {
        to.WriteLine($"{line.At.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {Short(line.Level)}: {line.Category}[{line.Event.Id}]");
        foreach (var part in line.HasLines ? line.Message.Split('\n') : [line.Message])
        {
            to.WriteLine(Indent + ExplanationText.Harmless(part));
        }

        foreach (var part in line.Exception?.Split('\n') ?? [])
        {
            to.WriteLine(Indent + ExplanationText.Harmless(part.TrimEnd('\r')));
        }

        if (line.Untold > 0)
        {
            to.WriteLine($"{Indent}({line.Untold} like it before it are not shown)");
        }
    }

    private static string Short(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => Paint.Out.Yellow("warn"),
        LogLevel.Error => Paint.Out.Red("fail"),
        _ => Paint.Out.Red("crit"),
    };
}
