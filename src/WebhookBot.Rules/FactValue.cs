using System.Text.Json;

namespace WebhookBot.Rules;

/// <summary>Something the payload lacks and a rule asked for, or the reason why it could not be had.</summary>
public sealed record FactValue
{
    private FactValue()
    {
    }

    /// <summary>The value; undefined when it could not be had.</summary>
    public JsonElement Value { get; private init; }

    /// <summary>True when <see cref="Value"/> is only the first part of the whole (a list that the sender cuts off).</summary>
    public bool IsTruncated { get; private init; }

    /// <summary>Why there is no value, in words for a person; null when there is one.</summary>
    public string? Problem { get; private init; }

    /// <summary>True when asking again later may help.</summary>
    public bool MayBeRetried { get; private init; }

    /// <summary>True when whoever is asked does not work, or wants to be left alone: that is no fault of this question.</summary>
    public bool IsAway { get; private init; }

    /// <summary>How long whoever is asked wants to be left alone; null when that is not known.</summary>
    public TimeSpan? After { get; private init; }

    /// <summary>The whole value.</summary>
    public static FactValue Known(JsonElement value) => new() { Value = value };

    /// <summary>The first part of a list whose rest cannot be had.</summary>
    public static FactValue Truncated(JsonElement firstPart) => new() { Value = firstPart, IsTruncated = true };

    /// <summary>No value, and asking again later may help.</summary>
    public static FactValue Unreachable(string problem) => new() { Problem = problem, MayBeRetried = true };

    /// <summary>No value, as whoever is asked does not work or wants to be left alone for that long; asking again later may help.</summary>
    public static FactValue Away(string problem, TimeSpan? after) => new() { Problem = problem, MayBeRetried = true, IsAway = true, After = after };

    /// <summary>No value, and there will be none.</summary>
    public static FactValue Unavailable(string problem) => new() { Problem = problem };
}
