using System.Text.Json;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Templates;

namespace WebhookBot.Rules.Timing;

/// <summary>When a rule that matched acts, and how often. Concerns <c>then</c>; <c>else</c> is done at once.</summary>
public sealed record RuleTiming
{
    /// <summary>At once, each time.</summary>
    public static RuleTiming AtOnce { get; } = new();

    /// <summary>Drops what is over a number in a time; null when nothing is dropped.</summary>
    public Throttle? Throttle { get; init; }

    /// <summary>How the actions are held back; null when they are not.</summary>
    public Delay? Delay { get; init; }

    /// <summary>What each time key says, as one text, by the name of the key; for comparing.</summary>
    internal IReadOnlyList<(string Key, string? Says)> Said =>
    [
        ("wait", Delay is Wait wait ? $"{wait.For}" : null),
        ("cancel_on", Delay is Wait { CancelOn.Count: > 0 } called ? string.Join(' ', called.CancelOn.Select(t => t.Pattern)) : null),
        ("still", (Delay as Wait)?.Still?.Written.GetRawText()),
        ("throttle", Throttle is { } t ? $"{t.Limit} {t.Per} {t.Key?.Text}" : null),
        ("debounce", Delay is Debounce d ? $"{d.For} {d.Key?.Text}" : null),
        ("digest", Delay is Digest g ? $"{g.Max} {g.Every} {g.Key?.Text}" : null),
    ];

    internal bool IsImmediate => Throttle is null && Delay is null;
}

/// <summary>At most <paramref name="Limit"/> times within any <paramref name="Per"/> for one key.</summary>
/// <param name="Key">What is counted together; null for all events of the rule.</param>
/// <param name="Limit">How many, at least 1.</param>
/// <param name="Per">The length of the window that ends with the event.</param>
public sealed record Throttle(Template? Key, int Limit, TimeSpan Per);

/// <summary>A way to hold the actions of a rule back.</summary>
public abstract record Delay
{
    private protected Delay()
    {
    }
}

/// <summary>Acts after a time, unless something comes in between.</summary>
/// <param name="For">How long.</param>
/// <param name="CancelOn">Events of the same subject that call it off.</param>
/// <param name="Still">What must hold then as well, with facts fetched again; null when nothing must.</param>
public sealed record Wait(TimeSpan For, IReadOnlyList<Trigger> CancelOn, StillCondition? Still) : Delay;

/// <summary>Acts when no more has come for a time, and only for the last that came.</summary>
/// <param name="Key">What counts as more of the same; null for all events of the rule.</param>
/// <param name="For">How long it must be quiet.</param>
public sealed record Debounce(Template? Key, TimeSpan For) : Delay;

/// <summary>Gathers events and acts once for all of them.</summary>
/// <param name="Key">What is gathered together; null for all events of the rule.</param>
/// <param name="Every">How long after the first one it acts.</param>
/// <param name="Max">How many it gathers; with that many it acts at once.</param>
public sealed record Digest(Template? Key, TimeSpan Every, int Max) : Delay
{
    /// <summary>The source that the events of digests name.</summary>
    public const string Source = "digest";

    /// <summary>The action that gathers an event.</summary>
    public const string Gather = "digest";

    /// <summary>The name of the event that the digest of that rule is told by.</summary>
    public static string EventOf(string rule) => $"{Source}.{rule}";

    /// <summary>What <see cref="Max"/> is when a rule does not say.</summary>
    public const int DefaultMax = 100;

    /// <summary>The most that <see cref="Max"/> may be.</summary>
    public const int LargestMax = 1_000;
}

/// <summary>A condition that is asked again later. It travels with the plan as it was written, so that what was decided is what is asked.</summary>
/// <param name="Condition">The condition.</param>
/// <param name="Written">The mapping behind <c>still</c>, as JSON.</param>
public sealed record StillCondition(Condition Condition, JsonElement Written);
