using System.Text.Json.Nodes;
using WebhookBot.Intake;
using WebhookBot.Journal;
using WebhookBot.Recovery;

namespace WebhookBot.Admin;

/// <summary><c>/api/sources</c>: who may send, what came and what was refused, and why: which the callers are never told.</summary>
internal static class SourceEndpoints
{
    private const int MostLookedAt = 20;

    public static void MapSources(this IEndpointRouteBuilder api) =>
        api.MapGet("/sources", async (SourceRegistry sources, SourceActivity activity, IJournal journal, IEnumerable<DeliveryLogSweep> sweeps, CancellationToken cancellation) =>
        {
            var items = new JsonArray();
            foreach (var source in sources.All.OrderBy(s => s.Name, StringComparer.Ordinal))
            {
                var record = activity.Of(source.Name);
                items.Add(Describe(source, record, record.LastTakenAt ?? await LastSentAsync(journal, source.Name, cancellation),
                    sweeps.FirstOrDefault(s => s.IsOn && s.FindSource() == source)));
            }

            var elsewhere = activity.Of(SourceActivity.Elsewhere).Refusals;
            return Results.Json(new JsonObject { ["items"] = items, ["elsewhere"] = new JsonArray([.. elsewhere.Select(Describe)]) }, ApiJson.Options);
        });

    // Nothing was taken since the start. What a person had decided again does not show that its sender is well.
    private static async Task<DateTimeOffset?> LastSentAsync(IJournal journal, string source, CancellationToken cancellation)
    {
        foreach (var item in (await journal.ListAsync(new DeliveryQuery { Source = source, Limit = MostLookedAt }, cancellation)).Items)
        {
            if (await IsSentAsync(journal, item.Id, cancellation))
            {
                return item.ReceivedAt;
            }
        }

        return null;
    }

    private static async Task<bool> IsSentAsync(IJournal journal, string id, CancellationToken cancellation)
    {
        try
        {
            return await journal.FindAsync(id, cancellation) is { Delivery.Replay: null };
        }
        catch (InvalidDataException)
        {
            // It cannot be read any more, and most are no replays.
            return true;
        }
    }

    private static JsonObject Describe(WebhookSource source, SourceRecord record, DateTimeOffset? last, DeliveryLogSweep? sweep) => new()
    {
        ["name"] = source.Name,
        ["preset"] = source.Definition.Preset,
        ["path"] = $"/hooks/{source.Name}",
        ["secrets"] = Names(source.Definition.Secrets.Select(s => s.Name)),
        ["lacks_secret"] = source.LacksSecret,
        ["development_secrets"] = Names(source.DevelopmentSecrets),
        ["unusable_secrets"] = Names(source.UnusableSecrets),
        ["secret_form"] = WebhookVerifier.FormOf(source.Shape),
        ["proves"] = source.Verifier.Proof.Covers.ToString().ToLowerInvariant(),
        ["last_received_at"] = last is { } time ? ApiJson.Time(time) : null,
        ["taken"] = record.Taken,
        ["refused"] = record.Refused,
        ["delivery_log"] = sweep is null ? null : new JsonObject
        {
            ["read_at"] = sweep.CompletedAt is { } read ? ApiJson.Time(read) : null,
            ["tried_at"] = sweep.EndedAt is { } tried ? ApiJson.Time(tried) : null,
            ["problem"] = sweep.Problem,
            ["refusal"] = sweep.Refusal,
        },
        ["refusals"] = new JsonArray([.. record.Refusals.Select(Describe)]),
    };

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(n => JsonValue.Create(n))]);

    private static JsonObject Describe(Refusal refusal) => new()
    {
        ["at"] = ApiJson.Time(refusal.At),
        ["status"] = refusal.Status,
        ["reason"] = refusal.Reason,
        ["peer"] = refusal.Peer,
    };
}
