using System.Globalization;
using System.Text.Json.Nodes;
using WebhookBot.Journal;

namespace WebhookBot.Admin;

/// <summary><c>/api/dead-letters</c> and what a person does about them: <c>/api/actions/…/retry</c> and <c>/close</c>.</summary>
internal static class DeadLetterEndpoints
{
    private const int LongestReason = 500;

    // So many decisions share a write to the disk.
    private const int AtOnce = 256;

    private static readonly (long Sequence, int Index) FromTheNewest = (long.MaxValue, -1);
    private static readonly string[] Filters = [.. DeadLetterFilter.Keys, "limit", "cursor"];

    public static void MapDeadLetters(this IEndpointRouteBuilder api)
    {
        api.MapGet("/dead-letters", ListAsync);
        api.MapPost("/actions/retry", RetryAllAsync);
        api.MapPost("/actions/{key}/retry", RetryAsync);
        api.MapPost("/actions/{key}/close", CloseAsync);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, IJournal journal, CancellationToken cancellation)
    {
        var query = request.Query;
        string? Text(string key) => DeliveryEndpoints.Text(query, key);
        var since = Text("since") is { } time ? ApiJson.ReadTime(time) : null;
        var after = Text("cursor") is { } cursor ? DeadLetter.ReadCursor(cursor) : FromTheNewest;
        var limit = 50;
        var problem =
            query.FirstOrDefault(q => !Filters.Contains(q.Key) || q.Value.Count > 1) is { Key: { } odd } ? $"'{odd}' is not one of {string.Join(", ", Filters)}, each once"
            : Text("limit") is { } l && (!int.TryParse(l, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 1000) ? "'limit' is a number from 1 to 1000"
            : since is null && Text("since") is not null ? DeliveryEndpoints.NoTime
            : after is null ? "'cursor' is the 'next' of the page before"
            : null;
        if (problem is not null)
        {
            return Results.Problem(statusCode: 400, title: "The query cannot be read", detail: problem);
        }

        var page = await DeadLetter.ReadAsync(journal, new DeadLetterFilter(Text("source"), Text("rule"), Text("action"), since), after!.Value, cancellation)
            .Take(limit + 1).ToListAsync(cancellation);
        var items = page.Take(limit).ToList();
        return Results.Json(
            new JsonObject
            {
                ["items"] = new JsonArray([.. items.Select(letter => letter.ToJson())]),
                ["next"] = page.Count > limit ? items[^1].Cursor : null,
            },
            ApiJson.Options);
    }

    private static async Task<IResult> RetryAllAsync(HttpRequest request, IJournal journal, TimeProvider clock, CancellationToken cancellation)
    {
        var body = await RequestJson.ReadAsync(request, ["status", .. DeadLetterFilter.Keys], cancellation);
        var filter = new DeadLetterFilter(body.Text("source"), body.Text("rule"), body.Text("action"), body.Time("since"));
        var status = body.Text("status");
        if ((body.Problem ?? (status == "dead" ? null : "'status' is dead: only dead letters are tried again")) is { } problem)
        {
            return Results.Problem(statusCode: 400, title: "The request cannot be read", detail: problem);
        }

        var retried = 0;
        var attempt = Again(clock);
        await foreach (var letters in DeadLetter.ReadAsync(journal, filter, FromTheNewest, cancellation).Chunk(AtOnce).WithCancellation(cancellation))
        {
            var decided = await Task.WhenAll(letters.Select(l => journal.DecideDeadAsync(l.Of.Delivery.Sequence, l.Index, attempt, CancellationToken.None)));
            retried += decided.Count(isDone => isDone);
        }

        return Results.Json(new JsonObject { ["retried"] = retried }, ApiJson.Options, statusCode: 202);
    }

    private static async Task<IResult> RetryAsync(string key, HttpRequest request, IJournal journal, TimeProvider clock, CancellationToken cancellation) =>
        (await RequestJson.ReadAsync(request, [], cancellation)).Problem is { } problem
            ? Results.Problem(statusCode: 400, title: "The request cannot be read", detail: problem)
            : await DecideAsync(key, journal, Again(clock), cancellation);

    private static async Task<IResult> CloseAsync(string key, HttpRequest request, IJournal journal, TimeProvider clock, CancellationToken cancellation)
    {
        var body = await RequestJson.ReadAsync(request, ["reason"], cancellation);
        var reason = body.Text("reason")?.Trim();
        var problem = body.Problem ?? (reason is { Length: > 0 and <= LongestReason } ? null : $"'reason' says why, in 1 to {LongestReason} characters");
        return problem is null
            ? await DecideAsync(key, journal, new Attempt(clock.GetUtcNow(), ActionStatus.Skipped, reason!), cancellation)
            : Results.Problem(statusCode: 400, title: "The request cannot be read", detail: problem);
    }

    private static Attempt Again(TimeProvider clock) => new(clock.GetUtcNow(), ActionStatus.Pending, "a person asked to try it again");

    private static async Task<IResult> DecideAsync(string key, IJournal journal, Attempt decision, CancellationToken cancellation)
    {
        var everything = new DeadLetterFilter(null, null, null, null);
        var letter = await DeadLetter.ReadAsync(journal, everything, FromTheNewest, cancellation).FirstOrDefaultAsync(l => l.Planned.Action.Key == key, cancellation);
        if (letter is not null && await journal.DecideDeadAsync(letter.Of.Delivery.Sequence, letter.Index, decision, CancellationToken.None))
        {
            return Results.Json(new JsonObject { ["key"] = key, ["delivery"] = letter.Of.Delivery.Id, ["status"] = ApiJson.Name(decision.Status) }, ApiJson.Options, statusCode: 202);
        }

        // Nothing else is found by its key, so that all is looked through to tell a slip from one that somebody else has seen to.
        return await FindAsync(key, journal, cancellation) is { } status
            ? Results.Problem(statusCode: 409, title: "The action is no dead letter", detail: $"only a dead letter can be decided about, and this action is {ApiJson.Name(status)}")
            : Results.Problem(statusCode: 404, title: "There is no such action", detail: "the keys of dead letters are in /api/dead-letters");
    }

    private static async Task<ActionStatus?> FindAsync(string key, IJournal journal, CancellationToken cancellation)
    {
        await foreach (var record in journal.ReadLastAsync(new DeliveryQuery(), int.MaxValue, cancellation))
        {
            if (record.Actions.FirstOrDefault(a => a.Action.Key == key) is { } found)
            {
                return found.Status;
            }
        }

        return null;
    }
}
