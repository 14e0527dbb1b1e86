using System.Text.Json;
using System.Text.Json.Nodes;

namespace WebhookBot.Tests.Peers;

/// <summary>A request as a peer got it.</summary>
public sealed record PeerRequest(
    string Method,
    string Path,
    IReadOnlyDictionary<string, string> Query,
    IReadOnlyDictionary<string, string> Headers,
    string Body)
{
    /// <summary>What stood where the route has a name in braces.</summary>
    public IReadOnlyDictionary<string, string> Route { get; init; } = new Dictionary<string, string>();

    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public override string ToString() => $"{Method} {Path}";
}

/// <summary>What a peer answers, or how it fails to.</summary>
public sealed record PeerAnswer(int Status, string Body = "", string ContentType = "application/json; charset=utf-8")
{
    public enum Fault
    {
        None,

        /// <summary>No answer until the caller gives up.</summary>
        Hang,

        /// <summary>The connection ends without an answer.</summary>
        Drop,

        /// <summary>The connection ends in the middle of the body.</summary>
        Truncate,
    }

    public static PeerAnswer Hanging { get; } = new(200) { Failure = Fault.Hang };

    public static PeerAnswer Dropped { get; } = new(200) { Failure = Fault.Drop };

    public static PeerAnswer Truncated { get; } = new(200, """{"ok":true,"channel":"C0""") { Failure = Fault.Truncate };

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public Fault Failure { get; init; }

    public static PeerAnswer Json(object body, int status = 200) => new(status, JsonSerializer.Serialize(body));

    public PeerAnswer With(string header, string value) =>
        this with { Headers = new Dictionary<string, string>(Headers) { [header] = value } };
}
