using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace WebhookBot.Tests.Peers;

/// <summary>A message as Slack shows it.</summary>
public sealed record FakeSlackMessage(string Channel, string Ts, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>How often it was updated.</summary>
    public int Updates { get; init; }

    public string? Text => Fields.GetValueOrDefault("text");

    public string? ThreadTs => Fields.GetValueOrDefault("thread_ts");

    public JsonArray? Blocks => Fields.TryGetValue("blocks", out var json) ? JsonNode.Parse(json)!.AsArray() : null;
}

/// <summary>A Slack workspace behind the Web API. Takes forms only, and only with the bot token.</summary>
public sealed class FakeSlack : IAsyncDisposable
{
    public const string Token = "xoxb-fake-token";

    private readonly List<FakeSlackMessage> _messages = [];
    private readonly Dictionary<string, string> _channels = [];
    private readonly Dictionary<string, string> _people = [];
    private readonly Queue<(string Method, string Error, string? Needed)> _errors = new();
    private int _next = 1;

    private FakeSlack(FakePeer peer) => Peer = peer;

    public FakePeer Peer { get; }

    public Uri Url => new(Peer.Url, "api/");

    /// <summary>The settings with which the application calls it.</summary>
    public Dictionary<string, string?> Settings => new() { ["Slack:ApiUrl"] = Url.AbsoluteUri, ["Slack:BotToken"] = Token };

    /// <summary>The messages that are there now, oldest first.</summary>
    public IReadOnlyList<FakeSlackMessage> Messages => _messages;

    /// <summary>How many channels a page of <c>conversations.list</c> has.</summary>
    public int PageSize { get; set; } = 2;

    /// <summary>How many messages a page of <c>conversations.history</c> has.</summary>
    public int HistoryPage { get; set; } = 100;

    /// <summary>Whose messages the history says they are.</summary>
    public string Author { get; set; } = "U0000BOT";

    /// <summary>Whether the app has the scope to read what was posted.</summary>
    public bool MayReadHistory { get; set; } = true;

    /// <summary>The methods called so far.</summary>
    public IEnumerable<string> Calls => Peer.Requests.Select(r => r.Path.Split('/')[^1]);

    public static async Task<FakeSlack> StartAsync()
    {
        var slack = new FakeSlack(await FakePeer.StartAsync());
        slack.On("auth.test", _ => Ok(new() { ["team_id"] = "T0000001", ["user_id"] = "U0000BOT", ["bot_id"] = "B0000001" }));
        slack.On("chat.postMessage", slack.Post);
        slack.On("chat.update", slack.Update);
        slack.On("conversations.history", slack.History);
        slack.On("conversations.replies", slack.History);
        slack.On("conversations.list", slack.List);
        slack.On("conversations.join", f => Ok(new() { ["channel"] = new JsonObject { ["id"] = f["channel"] } }));
        slack.On("users.lookupByEmail", f =>
            slack._people.TryGetValue(f["email"], out var id)
                ? Ok(new() { ["user"] = new JsonObject { ["id"] = id } })
                : Error("users_not_found"));
        return slack;
    }

    /// <summary>Makes a channel and returns its id.</summary>
    public string AddChannel(string name) => _channels[name] = $"C{_next++:D8}";

    /// <summary>Makes a person and returns the id.</summary>
    public string AddPerson(string email) => _people[email] = $"U{_next++:D8}";

    /// <summary>Somebody deletes a message.</summary>
    public void Delete(FakeSlackMessage message) => _messages.Remove(message);

    /// <summary>The next call of the method is answered with <c>ok: false</c>.</summary>
    public void Refuse(string method, string error, string? needed = null) => _errors.Enqueue((method, error, needed));

    public void Verify() => Peer.Verify();

    public ValueTask DisposeAsync() => Peer.DisposeAsync();

    private void On(string method, Func<Dictionary<string, string>, PeerAnswer> answer) => Peer.On("POST", "/api/" + method, r =>
    {
        if (r.Header("Content-Type")?.StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal) != true)
        {
            Peer.Complain($"{r} is no form but {r.Header("Content-Type")}");
            return Error("invalid_form_data");
        }

        if (r.Header("Authorization") != "Bearer " + Token)
        {
            return Error("invalid_auth");
        }

        return _errors.TryPeek(out var refused) && refused.Method == method
            ? Error(_errors.Dequeue().Error, refused.Needed)
            : answer(QueryHelpers.ParseQuery(r.Body).ToDictionary(p => p.Key, p => p.Value.ToString()));
    });

    private PeerAnswer Post(Dictionary<string, string> fields)
    {
        var named = fields["channel"].TrimStart('#');
        var channel = _channels.GetValueOrDefault(named) ?? (named[0] is 'U' or 'W' ? "D" + named[1..] : named);
        if (channel[0] != 'D' && !_channels.ContainsValue(channel))
        {
            return Error("channel_not_found");
        }

        var message = new FakeSlackMessage(channel, $"1700000000.{_next++:D6}", fields);
        _messages.Add(message);
        return Ok(new() { ["channel"] = channel, ["ts"] = message.Ts });
    }

    private PeerAnswer Update(Dictionary<string, string> fields)
    {
        var at = _messages.FindIndex(m => m.Channel == fields["channel"] && m.Ts == fields["ts"]);
        if (at < 0)
        {
            return Error("message_not_found");
        }

        if (fields.GetValueOrDefault("text")?.Length > 4000)
        {
            return Error("msg_too_long");
        }

        _messages[at] = _messages[at] with { Fields = fields, Updates = _messages[at].Updates + 1 };
        return Ok(new() { ["channel"] = fields["channel"], ["ts"] = fields["ts"] });
    }

    // Newest first, as Slack gives them; metadata only for those who ask.
    private PeerAnswer History(Dictionary<string, string> fields)
    {
        if (!MayReadHistory)
        {
            return Error("missing_scope", "channels:history");
        }

        var found = _messages.Where(m => m.Channel == fields["channel"]).Reverse().ToList();
        var from = int.Parse(fields.GetValueOrDefault("cursor", "0"), CultureInfo.InvariantCulture);
        var page = found.Skip(from).Take(HistoryPage).Select(m => (JsonNode)new JsonObject
        {
            ["type"] = "message",
            ["user"] = Author,
            ["ts"] = m.Ts,
            ["text"] = m.Text,
            ["metadata"] = fields.GetValueOrDefault("include_all_metadata") == "true" && m.Fields.GetValueOrDefault("metadata") is { } metadata ? JsonNode.Parse(metadata) : null,
        });
        var next = from + HistoryPage < found.Count ? (from + HistoryPage).ToString(CultureInfo.InvariantCulture) : "";
        return Ok(new() { ["messages"] = new JsonArray([.. page]), ["response_metadata"] = new JsonObject { ["next_cursor"] = next } });
    }

    private PeerAnswer List(Dictionary<string, string> fields)
    {
        var from = int.Parse(fields.GetValueOrDefault("cursor", "0"), CultureInfo.InvariantCulture);
        var page = _channels.Skip(from).Take(PageSize)
            .Select(c => (JsonNode)new JsonObject { ["id"] = c.Value, ["name"] = c.Key })
            .ToArray();
        var next = from + PageSize < _channels.Count ? (from + PageSize).ToString(CultureInfo.InvariantCulture) : "";
        return Ok(new() { ["channels"] = new JsonArray(page), ["response_metadata"] = new JsonObject { ["next_cursor"] = next } });
    }

    private static PeerAnswer Ok(JsonObject body)
    {
        body["ok"] = true;
        return new PeerAnswer(200, body.ToJsonString());
    }

    private static PeerAnswer Error(string error, string? needed = null) =>
        PeerAnswer.Json(needed is null ? new Dictionary<string, object> { ["ok"] = false, ["error"] = error }
            : new() { ["ok"] = false, ["error"] = error, ["needed"] = needed, ["provided"] = "chat:write" });
}
