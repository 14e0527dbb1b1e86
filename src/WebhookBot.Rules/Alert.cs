using System.Text.Json;

namespace WebhookBot.Rules;

/// <summary>One alert, in the words that all sources share: the <c>alert</c> of a condition, and the elements of <c>facts.alerts</c>.</summary>
public sealed record Alert
{
    /// <summary>The common name of all events that tell of alerts, and of what they have in common.</summary>
    public const string Family = "alert";

    private static readonly string[] Worst = ["critical", "error", "warning", "info"];

    /// <summary>What is wrong.</summary>
    public required string Name { get; init; }

    /// <summary>False when it has been resolved.</summary>
    public required bool IsFiring { get; init; }

    /// <summary>What makes it the same alert as before, within its source.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>How bad, in the source's own words; null when it does not say.</summary>
    public string? Severity { get; init; }

    /// <summary>One line for people; null when there is none.</summary>
    public string? Summary { get; init; }

    /// <summary>Where to look at it, the best place first; empty when it does not say.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];

    /// <summary>Since when; null when it does not say.</summary>
    public string? StartedAt { get; init; }

    /// <summary>Until when; null while it lasts or when it does not say.</summary>
    public string? EndedAt { get; init; }

    /// <summary>Its labels, in text.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary><c>firing</c> or <c>resolved</c>.</summary>
    public string Status => IsFiring ? "firing" : "resolved";

    /// <summary>
    /// What several alerts of one event have in common: it fires while any does, is as bad as the worst, and has the labels that all have.
    /// </summary>
    /// <param name="alerts">The alerts; at least one.</param>
    /// <param name="fingerprint">What makes the group the same as before.</param>
    public static Alert Group(IReadOnlyList<Alert> alerts, string fingerprint)
    {
        ArgumentNullException.ThrowIfNull(alerts);
        if (alerts is [var one])
        {
            return one with { Fingerprint = fingerprint };
        }

        var firing = alerts.Where(a => a.IsFiring).ToList();
        var told = firing.Count > 0 ? firing : [.. alerts];
        var names = told.Select(a => a.Name).Distinct().ToList();
        return new Alert
        {
            Name = names is [var name] ? name : $"{names[0]} and {names.Count - 1} more",
            IsFiring = firing.Count > 0,
            Fingerprint = fingerprint,
            Severity = told.Select(a => a.Severity).OfType<string>().OrderBy(Badness).FirstOrDefault(),
            Summary = told.Select(a => a.Summary).OfType<string>().Distinct().ToList() switch { [] => null, [var summary] => summary, var all => $"{all[0]} (and {all.Count - 1} more)" },
            Links = [.. told.SelectMany(a => a.Links).Distinct().Take(10)],
            StartedAt = told.Select(a => a.StartedAt).OfType<string>().Min(StringComparer.Ordinal),
            EndedAt = firing.Count > 0 ? null : told.Select(a => a.EndedAt).OfType<string>().Max(StringComparer.Ordinal),
            Labels = told[0].Labels.Where(l => told.All(a => a.Labels.TryGetValue(l.Key, out var value) && value == l.Value)).ToDictionary(),
        };
    }

    /// <summary>The alert as rules read it: <c>name</c>, <c>status</c>, <c>severity</c>, <c>fingerprint</c>, <c>summary</c>, <c>url</c>, <c>links</c>, <c>labels</c>, <c>started_at</c>, <c>ended_at</c>.</summary>
    public JsonElement ToJson(string? source = null)
    {
        var fields = new Dictionary<string, object?>
        {
            ["name"] = Name,
            ["status"] = Status,
            ["severity"] = Severity,
            ["fingerprint"] = Fingerprint,
            ["summary"] = Summary,
            ["url"] = Links.Count > 0 ? Links[0] : null,
            ["links"] = Links,
            ["labels"] = Labels,
            ["started_at"] = StartedAt,
            ["ended_at"] = EndedAt,
        };
        if (source is not null)
        {
            fields["source"] = source;
        }

        return JsonSerializer.SerializeToElement(fields);
    }

    private static int Badness(string severity)
    {
        var place = Array.IndexOf(Worst, severity);
        return place < 0 ? Worst.Length : place;
    }
}
