using System.Text.Json;

namespace WebhookBot.Journal;

/// <summary>
/// What makes a delivery a replay of another one: it is held with the copy, and read when the copy is decided. Kept among the headers, under a
/// name that no header of a request can have.
/// </summary>
public sealed record ReplayOrder
{
    /// <summary>The name among the headers.</summary>
    public const string HeaderName = ":replay";

    /// <summary>The id of the delivery that came in from outside, however often it was replayed since.</summary>
    public required string Of { get; init; }

    /// <summary>The id of the delivery whose recorded plan is carried out again; null when the rules in force decide.</summary>
    public string? PlanOf { get; init; }

    /// <summary>The one rule that is wanted; null for all.</summary>
    public string? Rule { get; init; }

    /// <summary>The keys and names of actions that are carried out although they were done already.</summary>
    public IReadOnlyList<string> Force { get; init; } = [];

    /// <summary>The order among these headers; null when they are those of a request.</summary>
    public static ReplayOrder? Read(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        foreach (var (name, value) in headers)
        {
            if (name == HeaderName)
            {
                return JsonSerializer.Deserialize<ReplayOrder>(value);
            }
        }

        return null;
    }

    /// <summary>The order as it is kept.</summary>
    public KeyValuePair<string, string> ToHeader() => new(HeaderName, JsonSerializer.Serialize(this));
}
