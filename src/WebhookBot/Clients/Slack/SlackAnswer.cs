using System.Text.Json;

namespace WebhookBot.Clients.Slack;

/// <summary>What came of a call of a Web API method.</summary>
public sealed record SlackAnswer
{
    /// <summary>Whether Slack did it.</summary>
    public bool IsOk { get; private init; }

    /// <summary>Slack's word for what was wrong (<c>channel_not_found</c>); null when Slack gave none.</summary>
    public string? Error { get; private init; }

    /// <summary>The whole answer; undefined when there was no readable one.</summary>
    public JsonElement Body { get; private init; }

    /// <summary>What it means for trying again; null when all went well.</summary>
    public CallFault? Fault { get; private init; }

    internal static SlackAnswer Ok(JsonElement body) => new() { IsOk = true, Body = body };

    internal static SlackAnswer Refused(string error, JsonElement body, CallFault fault) =>
        new() { Error = error, Body = body, Fault = fault };

    internal static SlackAnswer Unreadable(CallFault fault) => new() { Fault = fault };
}
