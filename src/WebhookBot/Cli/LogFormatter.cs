using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using WebhookBot.Clients;
using WebhookBot.Telemetry;

namespace WebhookBot.Cli;

/// <summary>
/// What every line of the log passes through: secrets are masked, values are cut, and of lines that are alike a bounded number is written a
/// second.
/// </summary>
internal abstract class LogFormatter(string name, KnownSecrets secrets, TimeProvider clock) : ConsoleFormatter(name)
{
    /// <summary>The most characters of a value.</summary>
    public const int LongestValue = 1024;

    /// <summary>The most lines a second that come from one place in the code.</summary>
    public const int MostAlike = 20;

    private const int LongestText = 16 * 1024;

    // The one value that has lines of its own; all that it holds is made harmless where it is put together.
    private const string Story = "Story";

    // Logging must not take long over what a sender made long; what it makes of a secret that lies across this end is cut off anyway.
    private const int LongestMasked = 256 * 1024;

    private readonly ConcurrentDictionary<(string Category, int Event), StoryRate> _rates = new();

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (!_rates.GetOrAdd((logEntry.Category, logEntry.EventId.Id), _ => new StoryRate(clock, MostAlike)).Admits(out var untold))
        {
            BotMetrics.NotLogged();
            return;
        }

        var values = Values(logEntry.State);
        var isStory = values.Any(v => v.Key == Story);
        Write(
            new LogLine(clock.GetUtcNow(), logEntry.LogLevel, logEntry.Category, logEntry.EventId)
            {
                Message = Fit(logEntry.Formatter(logEntry.State, logEntry.Exception), isStory ? LongestText : 2 * LongestValue),
                HasLines = isStory,
                Exception = logEntry.Exception is { } e ? Fit(e.ToString(), LongestText) : null,
                Values = isStory ? [] : values,
                Scopes = Scopes(scopeProvider),
                Untold = untold,
            },
            textWriter);
    }

    /// <summary>Writes a line whose texts are masked and cut, and not escaped.</summary>
    protected abstract void Write(LogLine line, TextWriter to);

    private List<KeyValuePair<string, string>> Values(object? state) => state is not IEnumerable<KeyValuePair<string, object?>> values ? []
        : [.. values.Select(v => KeyValuePair.Create(v.Key, Fit(Convert.ToString(v.Value, CultureInfo.InvariantCulture) ?? "", LongestValue)))];

    private List<string> Scopes(IExternalScopeProvider? provider)
    {
        var scopes = new List<string>();
        provider?.ForEachScope(static (scope, to) => to.Scopes.Add(to.Formatter.Fit(scope?.ToString() ?? "", LongestValue)), (Scopes: scopes, Formatter: this));
        return scopes;
    }

    private string Fit(string text, int most)
    {
        var masked = secrets.Mask(text.Length <= LongestMasked ? text : text[..LongestMasked]);
        return masked.Length <= most ? masked : masked[..most] + "…";
    }
}

/// <summary>A line of the log.</summary>
internal sealed record LogLine(DateTimeOffset At, LogLevel Level, string Category, EventId Event)
{
    public required string Message { get; init; }

    /// <summary>Whether line breaks of the message are the bot's own.</summary>
    public required bool HasLines { get; init; }

    public required string? Exception { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Values { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>How many that were alike were left out before it.</summary>
    public required int Untold { get; init; }
}
