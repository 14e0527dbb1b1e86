using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace WebhookBot.Tests.Peers;

/// <summary>The webhook of a fake GitHub's app: sends, keeps a log of what it sent, and sends again only what it is asked for.</summary>
public sealed class FakeWebhook : IAsyncDisposable
{
    public const string Secret = "It's a Secret to Everybody";

    private readonly List<LogEntry> _log = [];
    private readonly List<(string, DateTimeOffset)> _asked = [];
    private readonly Channel<LogEntry> _again = Channel.CreateUnbounded<LogEntry>();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly Lock _lock = new();
    private readonly FakeGitHubApp _app;
    private readonly TimeProvider _time;
    private readonly Task _sending;
    private long _nextId = 9_223_372_036_000_000_000;
    private int _underWay;

    public FakeWebhook(FakeGitHubApp app, TimeProvider time)
    {
        (_app, _time) = (app, time);
        _sending = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAgainAsync()));
    }

    /// <summary>Where it sends to; null: nowhere, and nothing of it is written down.</summary>
    public Uri? Url { get; set; }

    /// <summary>False: what is asked for is promised and never sent.</summary>
    public bool SendsAgain { get; set; } = true;

    /// <summary>What is asked for is not sent before this has ended.</summary>
    public Task SendsAfter { get; set; } = Task.CompletedTask;

    /// <summary>What was asked for, in that order, and when.</summary>
    public IReadOnlyList<(string Guid, DateTimeOffset At)> Asked
    {
        get
        {
            lock (_lock)
            {
                return [.. _asked];
            }
        }
    }

    /// <summary>Whether everything that was asked for has been sent.</summary>
    public bool IsIdle => Volatile.Read(ref _underWay) == 0;

    /// <summary>Writes down a delivery that was made at that time.</summary>
    public string Log(DateTimeOffset at, int status, string body, string eventName = "push", string? id = null, bool isRepeat = false)
    {
        var entry = new LogEntry(Interlocked.Increment(ref _nextId), id ?? Guid.NewGuid().ToString(), eventName, body, at, status, isRepeat);
        lock (_lock)
        {
            _log.Add(entry);
        }

        return entry.Guid;
    }

    /// <summary>The address at which that one, as it was first sent, is asked for.</summary>
    public string PathOf(string id)
    {
        lock (_lock)
        {
            return $"/app/hook/deliveries/{_log.Find(e => e.Guid == id)!.Id}/attempts";
        }
    }

    /// <summary>Takes out of the log what GitHub would not keep any longer.</summary>
    public void Forget(string id)
    {
        lock (_lock)
        {
            _log.RemoveAll(e => e.Guid == id);
        }
    }

    /// <summary>Sends a delivery now, and writes down what came of it.</summary>
    public async Task<string> SendAsync(string body, string eventName = "push", string? id = null)
    {
        id ??= Guid.NewGuid().ToString();
        var at = _time.GetUtcNow();
        return Log(at, await PostAsync(eventName, body, id), body, eventName, id);
    }

    /// <summary>Changes what the log says of each delivery.</summary>
    public Action<JsonObject>? Distort { get; set; }

    public PeerAnswer List(PeerRequest r, Action<string> complain)
    {
        if (r.Query.GetValueOrDefault("per_page") != "100" || r.Query.Keys.Except(["per_page", "cursor"]).Any())
        {
            complain($"{r} asks for other pages: {string.Join(", ", r.Query)}");
            return new PeerAnswer(422, """{"message":"Validation Failed"}""");
        }

        lock (_lock)
        {
            var newestFirst = _log.OrderByDescending(e => e.At).ThenByDescending(e => e.Id).ToList();
            var from = r.Query.TryGetValue("cursor", out var cursor) ? newestFirst.FindIndex(e => $"v1_{e.Id}" == cursor) : 0;
            if (from < 0)
            {
                complain($"{r} has a cursor that was never given: {cursor}");
                return new PeerAnswer(422, """{"message":"Validation Failed"}""");
            }

            var answer = new PeerAnswer(200, new JsonArray([.. newestFirst.Skip(from).Take(100).Select(ToJson)]).ToJsonString());
            return from + 100 < newestFirst.Count
                ? answer.With("Link", $"<https://elsewhere.example/app/hook/deliveries?per_page=100&cursor=v1_{newestFirst[from + 100].Id}>; rel=\"next\"")
                : answer;
        }
    }

    public PeerAnswer? Get(string id)
    {
        lock (_lock)
        {
            return _log.Find(e => e.Id.ToString(CultureInfo.InvariantCulture) == id) is { } entry ? new PeerAnswer(200, ToFullJson(entry).ToJsonString()) : null;
        }
    }

    public PeerAnswer? SendAgain(string id)
    {
        lock (_lock)
        {
            if (_log.Find(e => e.Id.ToString(CultureInfo.InvariantCulture) == id) is not { } entry)
            {
                return null;
            }

            _asked.Add((entry.Guid, _time.GetUtcNow()));
            if (SendsAgain)
            {
                Interlocked.Increment(ref _underWay);
                _again.Writer.TryWrite(entry);
            }

            return new PeerAnswer(202, "{}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _again.Writer.TryComplete();
        await _sending;
        _http.Dispose();
    }

    private async Task SendAgainAsync()
    {
        await foreach (var entry in _again.Reader.ReadAllAsync())
        {
            await SendsAfter;
            var at = _time.GetUtcNow();
            Log(at, await PostAsync(entry.Event, entry.Body, entry.Guid), entry.Body, entry.Event, entry.Guid, isRepeat: true);
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async Task<int> PostAsync(string eventName, string body, string guid)
    {
        try
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            using var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new ByteArrayContent(bytes) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            foreach (var (name, value) in Headers(eventName, guid, bytes))
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var answer = await _http.SendAsync(request);
            return (int)answer.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or InvalidOperationException)
        {
            return 0;
        }
    }

    private Dictionary<string, string> Headers(string eventName, string guid, byte[] body) => new()
    {
        ["X-GitHub-Event"] = eventName,
        ["X-GitHub-Delivery"] = guid,
        ["X-GitHub-Hook-ID"] = "471",
        ["X-GitHub-Hook-Installation-Target-Type"] = "integration",
        ["X-GitHub-Hook-Installation-Target-ID"] = _app.Id,
        ["X-Hub-Signature-256"] = $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), body))}",
    };

    private JsonObject ToJson(LogEntry e)
    {
        var json = new JsonObject
        {
            ["id"] = e.Id,
            ["guid"] = e.Guid,
            ["delivered_at"] = e.At.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["redelivery"] = e.IsRepeat,
            ["duration"] = 0.27,
            ["status"] = e.Status is >= 200 and < 300 ? "OK" : e.Status == 0 ? "failed to connect to host" : $"Invalid HTTP Response: {e.Status}",
            ["status_code"] = e.Status,
            ["event"] = e.Event,
            ["action"] = null,
            ["installation_id"] = 31415926,
            ["repository_id"] = 42,
            ["throttled_at"] = null,
        };
        Distort?.Invoke(json);
        return json;
    }

    private JsonObject ToFullJson(LogEntry e)
    {
        var json = ToJson(e);
        var headers = Headers(e.Event, e.Guid, Encoding.UTF8.GetBytes(e.Body)).Select(h => KeyValuePair.Create(h.Key, (JsonNode?)h.Value));
        json["request"] = new JsonObject { ["headers"] = new JsonObject(headers), ["payload"] = JsonNode.Parse(e.Body) };
        json["response"] = new JsonObject { ["headers"] = null, ["payload"] = null };
        Distort?.Invoke(json);
        return json;
    }

    private sealed record LogEntry(long Id, string Guid, string Event, string Body, DateTimeOffset At, int Status, bool IsRepeat);
}
