using System.Globalization;
using WebhookBot.Journal;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Pipeline;

/// <summary>A delivery that came in and all its replays, in the order they were asked for: what was done about it stands in any of them.</summary>
/// <param name="Origin">The id of the delivery that came in.</param>
/// <param name="Members">The delivery, unless it is held no more, and its replays.</param>
/// <param name="NextId">The id that the next replay has.</param>
/// <param name="Number">How many replays there are with that one.</param>
public sealed record ReplayLine(string Origin, IReadOnlyList<DeliveryRecord> Members, string NextId, int Number)
{
    /// <summary>The line of a delivery or of a replay of it; null when there is no delivery of that id.</summary>
    public static async Task<ReplayLine?> FindAsync(IJournal journal, string id, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(journal);
        if (await journal.FindAsync(id, cancellation) is not { } named)
        {
            return null;
        }

        var origin = named.Delivery.Replay?.Of ?? id;
        var members = new List<DeliveryRecord>();
        if ((origin == id ? named : await journal.FindAsync(origin, cancellation)) is { } first)
        {
            members.Add(first);
        }

        // The ids are made of the number, so nobody has to keep a list. One that a sender chose by chance is no replay and is passed over, and so is one
        // that is kept no longer: a delivery that waits for somebody outlives its replays.
        var highest = int.TryParse((await journal.RecallAsync(Highest(origin), cancellation))?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var kept) ? kept : 0;
        for (var number = 1; ; number++)
        {
            var next = IdempotencyKey.For(origin, "", "replay", number);
            if (await journal.FindAsync(next, cancellation) is { } record)
            {
                if (record.Delivery.Replay?.Of == origin)
                {
                    members.Add(record);
                }
            }
            else if (number > highest && !journal.IsHeld(named.Delivery.Source, next))
            {
                return new ReplayLine(origin, members.Any(m => m.Delivery.Id == id) ? members : [.. members, named], next, number);
            }
        }
    }

    /// <summary>To be kept before the next replay is written: how many there were.</summary>
    public Bookmark Mark => new(Highest(Origin), Number.ToString(CultureInfo.InvariantCulture));

    private static string Highest(string origin) => $"replays of {origin}";
}
