using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using WebhookBot.Journal;

namespace WebhookBot.Admin;

/// <summary>Which dead letters are meant. Every part that is null lets all pass.</summary>
/// <param name="Source">The source of the delivery.</param>
/// <param name="Rule">The rule that asked for the action.</param>
/// <param name="Action">The action's name, or that of its step.</param>
/// <param name="Since">Died at or after.</param>
internal sealed record DeadLetterFilter(string? Source, string? Rule, string? Action, DateTimeOffset? Since)
{
    /// <summary>Their names in queries and bodies.</summary>
    public static readonly string[] Keys = ["source", "rule", "action", "since"];

    public bool Passes(DeadLetter letter) =>
        (Source is null || Source == letter.Of.Delivery.Source)
        && (Rule is null || Rule == letter.Planned.Action.Rule)
        && (Action is null || Action == letter.Planned.Action.Action || Action == letter.Planned.Action.Step)
        && (Since is null || letter.DiedAt >= Since);
}

/// <summary>An action that has used up its attempts.</summary>
/// <param name="Of">The delivery it was planned for.</param>
/// <param name="Index">Its place in the plan.</param>
internal sealed record DeadLetter(DeliveryRecord Of, int Index)
{
    public PlannedActionRecord Planned => Of.Actions[Index];

    // Redelivery sets an action going again without an attempt of its own, so the last one that failed is looked for.
    public DateTimeOffset DiedAt => Planned.Attempts.LastOrDefault(a => a.Status == ActionStatus.Dead)?.At ?? Of.Delivery.ReceivedAt;

    /// <summary>After it the next page begins.</summary>
    public string Cursor => string.Create(CultureInfo.InvariantCulture, $"{Of.Delivery.Sequence}-{Index}");

    /// <summary>Where a page begins; null when the text is no cursor.</summary>
    public static (long Sequence, int Index)? ReadCursor(string text) =>
        text.Split('-') is [var sequence, var index]
        && long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var s)
        && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var i)
            ? (s, i)
            : null;

    /// <summary>Those that pass, newest delivery first.</summary>
    public static async IAsyncEnumerable<DeadLetter> ReadAsync(
        IJournal journal, DeadLetterFilter filter, (long Sequence, int Index) after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var record in journal.ReadDeadAsync(after.Sequence, cancellation))
        {
            for (var i = 0; i < record.Actions.Count; i++)
            {
                var letter = new DeadLetter(record, i);
                var isBefore = record.Delivery.Sequence == after.Sequence && i <= after.Index;
                if (letter.Planned.Status == ActionStatus.Dead && !isBefore && filter.Passes(letter))
                {
                    yield return letter;
                }
            }
        }
    }

    /// <summary>The letter with its whole story.</summary>
    public JsonObject ToJson()
    {
        var json = DeliveryJson.Action(Planned);
        json.Insert(0, "delivery", Of.Delivery.Id);
        json.Insert(1, "source", Of.Delivery.Source);
        json.Insert(2, "event", Of.Delivery.Event);
        json.Insert(3, "subject", Of.Delivery.Subject);
        json.Insert(4, "received_at", ApiJson.Time(Of.Delivery.ReceivedAt));
        json.Insert(5, "died_at", ApiJson.Time(DiedAt));
        return json;
    }
}
