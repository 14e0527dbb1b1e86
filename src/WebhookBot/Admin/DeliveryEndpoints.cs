using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Intake;
using WebhookBot.Journal;
using WebhookBot.Pipeline;
using WebhookBot.Rules;

namespace WebhookBot.Admin;

/// <summary><c>/api/deliveries</c>: what came in, what was decided, what was done, and why.</summary>
internal static class DeliveryEndpoints
{
    public const string NoTime = "'since' is a time such as 2026-01-05T12:00:00Z";

    private static readonly string[] Filters = ["source", "event", "status", "subject", "rule", "since", "limit", "cursor"];

    private static readonly string[] Statuses = [.. Enum.GetNames<DeliveryStatus>().Select(n => n.ToLowerInvariant())];

    public static void MapDeliveries(this IEndpointRouteBuilder api)
    {
        api.MapGet("/deliveries", ListAsync);
        api.MapGet("/deliveries/{id}", FindAsync);
        api.MapGet("/deliveries/export", DeliveryExport.Open);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, IJournal journal, CancellationToken cancellation)
    {
        var query = request.Query;
        if (ReadQuery(query, out var problem) is not { } wanted)
        {
            return Results.Problem(statusCode: 400, title: "The query cannot be read", detail: problem);
        }

        var page = await journal.ListAsync(wanted, cancellation);
        return Results.Json(new JsonObject { ["items"] = new JsonArray([.. page.Items.Select(Summary)]), ["next"] = page.Next, ["note"] = journal.Health.IndexNote }, ApiJson.Options);
    }

    private static async Task<IResult> FindAsync(string id, IJournal journal, IRuleSetInForce rules, EventReader events, CancellationToken cancellation)
    {
        if (await ReplayLine.FindAsync(journal, id, cancellation) is not { } line)
        {
            return Results.Problem(statusCode: 404, title: "There is no such delivery", detail: "it may be older than Journal:Retention");
        }

        var record = line.Members.First(m => m.Delivery.Id == id);
        var replays = line.Members.Where(m => line.Origin == id && m.Delivery.Replay is not null).Select(m => m.Delivery.Id);
        return Results.Json(DeliveryJson.Of(record, rules.Current, ReadEvent(record.Delivery, events), replays), ApiJson.Options);
    }

    private static WebhookEvent? ReadEvent(Delivery delivery, EventReader events)
    {
        try
        {
            return events.Read(delivery);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static DeliveryQuery? ReadQuery(IQueryCollection query, out string? problem)
    {
        // A filter that is misspelt would otherwise let everything pass.
        problem = query.FirstOrDefault(q => !Filters.Contains(q.Key) || q.Value.Count > 1) is { Key: { } odd }
            ? $"'{odd}' is not one of {string.Join(", ", Filters)}, each once"
            : null;
        var limit = 50;
        DeliveryStatus? status = null;
        DateTimeOffset? since = null;
        if (query["limit"] is [{ } l] && (!int.TryParse(l, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 1000))
        {
            problem ??= "'limit' is a number from 1 to 1000";
        }
        else if (query["status"] is [{ Length: > 0 } s])
        {
            status = Statuses.Contains(s) ? Enum.Parse<DeliveryStatus>(s, ignoreCase: true) : null;
            problem ??= status is null ? $"'status' is one of {string.Join(", ", Statuses)}" : null;
        }

        if (Text(query, "since") is { } t)
        {
            since = ApiJson.ReadTime(t);
            problem ??= since is null ? NoTime : null;
        }

        if (Text(query, "cursor") is { } cursor && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            problem ??= "'cursor' is the 'next' of the page before";
        }

        return problem is not null ? null : new DeliveryQuery
        {
            Source = Text(query, "source"),
            Event = Text(query, "event"),
            Status = status,
            Subject = Text(query, "subject"),
            Rule = Text(query, "rule"),
            Since = since,
            Limit = limit,
            Cursor = Text(query, "cursor"),
        };
    }

    public static string? Text(IQueryCollection query, string key) => query[key] is [{ Length: > 0 } value] ? value : null;

    private static JsonObject Summary(DeliverySummary summary) => new()
    {
        ["id"] = summary.Id,
        ["source"] = summary.Source,
        ["event"] = summary.Event,
        ["subject"] = summary.Subject,
        ["received_at"] = ApiJson.Time(summary.ReceivedAt),
        ["status"] = ApiJson.Name(summary.Status),
        ["rules"] = new JsonArray([.. summary.Rules.Select(r => JsonValue.Create(r))]),
        ["duplicates"] = summary.Duplicates,
    };
}
