using System.Text.Json;
using System.Text.Json.Serialization;
using WebhookBot.Journal;

namespace WebhookBot.Recovery;

/// <summary>How far a sender's log was looked through, as the journal keeps it: one short text for each log, whatever was missed.</summary>
/// <param name="Began">When it was first looked at. What arrived before that somewhere, another bot has worked off.</param>
/// <param name="Through">Where the last sweep that was completed ended, by the sender's clock; null before the first.</param>
/// <param name="Completed">When that was, by ours.</param>
/// <param name="AskedAt">When something was last asked for.</param>
/// <param name="AskedTo">Its place: everything up to it was asked for.</param>
internal sealed record SweepMark(DateTimeOffset Began, DateTimeOffset? Through = null, DateTimeOffset? Completed = null, DateTimeOffset? AskedAt = null, LogPlace? AskedTo = null)
{
    private static readonly JsonSerializerOptions Short = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static string KeyOf(string preset) => $"recovery\n{preset}";

    public Bookmark ToBookmark(string preset) => new(KeyOf(preset), JsonSerializer.Serialize(this, Short));

    /// <summary>Null when nothing is kept that can be read, or it lies in the future: somebody has set the clock back.</summary>
    public static SweepMark? Read(Bookmark? kept, DateTimeOffset now)
    {
        try
        {
            return kept is not null && JsonSerializer.Deserialize<SweepMark>(kept.Value) is { } mark && mark.Began <= now && !(mark.Through > now) ? mark : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether that place was asked for in the sweep that the mark is of.</summary>
    public bool Covers(LogPlace place) => AskedTo is { } to && !place.IsAfter(to);
}
