using System.Collections;
using System.Globalization;
using HandlebarsDotNet;

namespace WebhookBot.Rules.Templates;

/// <summary>The helpers of the rules language, beside the blocks <c>each</c>, <c>if</c>, <c>unless</c> and <c>with</c>.</summary>
internal static class TemplateHelpers
{
    private delegate object? Helper(Arguments arguments);

    private static readonly Dictionary<string, Helper> Texts = new(StringComparer.Ordinal)
    {
        ["truncate"] = static a => Truncate(Text(a, 0), Number(a, 1) ?? 80),
        ["default"] = static a => Text(a, 0) is { Length: > 0 } value ? value : Text(a, 1),
        ["date"] = static a => Date(a),
        ["ago"] = static a => Time(Value(a, 0)) is { } time ? Ago(TemplateRun.Current.Now - time) : "",
        ["join"] = static a => string.Join(Text(a, 1) is { Length: > 0 } separator ? separator : ", ", Items(a)),
        ["lower"] = static a => Text(a, 0).ToLowerInvariant(),
        ["upper"] = static a => Text(a, 0).ToUpperInvariant(),
        ["replace"] = static a => Text(a, 1).Length == 0 ? Text(a, 0) : Text(a, 0).Replace(Text(a, 1), Text(a, 2), StringComparison.Ordinal),
        ["json"] = static a => TemplateModel.ToJson(Value(a, 0)),
        ["short_sha"] = static a => Text(a, 0) is { Length: > 7 } sha ? sha[..7] : Text(a, 0),
        ["eq"] = static a => Text(a, 0) == Text(a, 1),
    };

    /// <summary>The names a template may call.</summary>
    public static IReadOnlyCollection<string> Names { get; } = [.. Texts.Keys, "link", "lookup"];

    public static void Register(IHandlebars engine, TextFormat format)
    {
        foreach (var (name, helper) in Texts)
        {
            engine.RegisterHelper(name, (in HelperOptions _, in Context _, in Arguments arguments) => helper(arguments)!);
        }

        engine.RegisterHelper("link", (EncodedTextWriter writer, Context _, Arguments arguments) =>
            writer.WriteSafeString(TextFormats.Link(format, Text(arguments, 0), Text(arguments, 1))));
    }

    private static object? Value(Arguments arguments, int index) =>
        index < arguments.Length && arguments[index] is not UndefinedBindingResult ? arguments[index] : null;

    private static string Text(Arguments arguments, int index) => TextOf(Value(arguments, index));

    private static string TextOf(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => TemplateModel.ToJson(value),
    };

    private static int? Number(Arguments arguments, int index) =>
        int.TryParse(Text(arguments, index), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IEnumerable<string> Items(Arguments arguments) => Value(arguments, 0) switch
    {
        string text => [text],
        IEnumerable list => list.Cast<object?>().Select(TextOf),
        var value => [TextOf(value)],
    };

    private static string Truncate(string text, int length)
    {
        if (text.Length <= length || length < 1)
        {
            return text;
        }

        // Never half of a pair: Slack and GitHub refuse lone surrogates.
        var end = char.IsHighSurrogate(text[Math.Max(0, length - 2)]) ? length - 2 : length - 1;
        return string.Concat(text.AsSpan(0, Math.Max(0, end)).TrimEnd(), "…");
    }

    private static string Date(Arguments arguments)
    {
        if (Time(Value(arguments, 0)) is not { } time)
        {
            return "";
        }

        var zoneName = arguments.Hash.TryGetValue("zone", out var zone) ? TextOf(zone) : "UTC";
        var local = TimeZoneInfo.TryFindSystemTimeZoneById(zoneName, out var found) ? TimeZoneInfo.ConvertTime(time, found) : time.ToUniversalTime();
        var format = Text(arguments, 1) is { Length: > 0 } wanted ? wanted : "yyyy-MM-dd HH:mm";
        try
        {
            return local.ToString(format, CultureInfo.InvariantCulture);
        }
        catch (FormatException)
        {
            return local.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        }
    }

    private static DateTimeOffset? Time(object? value) => value switch
    {
        decimal seconds when seconds is > 0 and < 253_402_300_800 => DateTimeOffset.FromUnixTimeSeconds((long)seconds),
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        _ => null,
    };

    private static string Ago(TimeSpan age)
    {
        var (count, unit) = age.Duration() switch
        {
            { TotalMinutes: < 1 } a => ((int)a.TotalSeconds, "second"),
            { TotalHours: < 1 } a => ((int)a.TotalMinutes, "minute"),
            { TotalDays: < 1 } a => ((int)a.TotalHours, "hour"),
            var a => ((int)a.TotalDays, "day"),
        };
        var words = $"{count} {unit}{(count == 1 ? "" : "s")}";
        return age < TimeSpan.Zero ? $"in {words}" : $"{words} ago";
    }
}
