using WebhookBot.Clients;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Planning;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Actions.Digests;

/// <summary>
/// What an event that was gathered waits for: the first of a digest whose time has come tells the whole digest as a delivery of its own,
/// which the rule's <c>then</c> works off like any other; the others find that done. One that came too late for that, or was given up and
/// sent again, is told by itself. No rule file can name it.
/// </summary>
public sealed class DigestAction(IJournal journal, IAlertSources alerts, IRuleSetInForce rules, TimeProvider clock) : IAction
{
    /// <summary>What it is called, and that it takes nothing.</summary>
    public static readonly ActionDescriptor Definition = new(Digest.Gather, "Gathers an event.", []);

    /// <inheritdoc/>
    public ActionDescriptor Descriptor => Definition;

    /// <inheritdoc/>
    public string? SerialiseBy(ActionRequest request) => $"digest {request.Arguments.TextAt("batch")}";

    /// <inheritdoc/>
    public async Task<ActionOutcome> ExecuteAsync(ActionRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!rules.Current.Rules.Any(rule => rule.Name == request.Rule))
        {
            // A digest is told by the rule's steps, and they went with it.
            return new ActionOutcome.Skipped($"not told: there is no rule '{request.Rule}' any more");
        }

        var batch = request.Arguments.TextAt("batch")!;
        if (await journal.FindAsync(batch, cancellation) is { Delivery.Source: Digest.Source } told)
        {
            if (DigestBody.Holds(told.Delivery.Body.Span, request.Origin.DeliveryId))
            {
                return new ActionOutcome.Succeeded($"told in delivery {batch}");
            }

            // Its plan was saved while the digest was being told. The id makes it the same delivery when this is cut off and done again.
            var late = IdempotencyKey.For(request.Origin.DeliveryId, request.Rule, "late", 0);
            return await TellAsync(request, late, [request.Origin.DeliveryId], cancellation);
        }

        var key = request.Arguments.TextAt("key") ?? "";
        var held = await journal.FindHeldAsync(Hold.Of(Digest.Source, request.Rule, key), cancellation);
        var members = held.Where(h => h.Batch == batch).Select(h => h.Origin.DeliveryId).ToList();
        return await TellAsync(request, batch, members.Contains(request.Origin.DeliveryId) ? members : [.. members, request.Origin.DeliveryId], cancellation);
    }

    private async Task<ActionOutcome> TellAsync(ActionRequest request, string id, IReadOnlyList<string> members, CancellationToken cancellation)
    {
        using var body = new DigestBody(request.Rule, request.Arguments.TextAt("key") ?? "", alerts);
        foreach (var member in members)
        {
            if (await journal.FindAsync(member, cancellation) is { } record)
            {
                body.Add(record.Delivery);
            }
        }

        try
        {
            var receipt = await journal.AppendAsync(
                new DeliveryDraft
                {
                    Source = Digest.Source,
                    SenderId = id,
                    Event = Digest.EventOf(request.Rule),
                    ReceivedAt = clock.GetUtcNow(),
                    Headers = [],
                    Body = body.ToBytes(),
                },
                CancellationToken.None);
            return new ActionOutcome.Succeeded($"told in delivery {receipt.Id}, {body.Count} event{(body.Count == 1 ? "" : "s")}");
        }
        catch (JournalUnavailableException e)
        {
            return new ActionOutcome.RetryLater(e.Message, e.RetryAfter);
        }
    }
}
