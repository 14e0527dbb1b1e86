using System.Net;
using System.Text.Json;

namespace WebhookBot.Clients.Slack;

/// <summary>
/// What Slack's errors mean for trying again.
/// <see href="https://docs.slack.dev/apis/web-api/rate-limits"/> and the method pages' lists of errors.
/// </summary>
internal static class SlackFaults
{
    private static readonly TimeSpan UnsaidLimit = TimeSpan.FromSeconds(30);

    /// <summary>The meaning of an <c>ok: false</c>.</summary>
    public static CallFault OfError(string method, string error, JsonElement body, TimeSpan? retryAfter) => error switch
    {
        "ratelimited" or "rate_limited" or "message_limit_exceeded" =>
            CallFault.Limited($"Slack limits the rate of {method} ({error})", retryAfter, UnsaidLimit),
        "internal_error" or "fatal_error" or "service_unavailable" or "request_timeout" =>
            CallFault.OfServer($"Slack could not do {method} ({error})", status: 503, retryAfter),
        "update_failed" => CallFault.Retry($"Slack could not do {method} ({error})", retryAfter),
        "team_added_to_org" =>
            CallFault.Limited("the Slack workspace is being moved into an organisation (team_added_to_org)", retryAfter, TimeSpan.FromMinutes(10)),
        "missing_scope" => CallFault.Stop(
            $"the Slack app lacks the scope {Redaction.Clean(body.TextAt("needed") ?? "that is needed")} for {method} (missing_scope); "
            + "add it on the app's page 'OAuth & Permissions' and install the app again"),
        "invalid_auth" or "not_authed" or "account_inactive" or "token_revoked" or "token_expired"
            or "org_login_required" or "accesslimited" =>
            CallFault.Stop($"Slack does not accept the token ({error}); put a valid one into Slack:BotToken"),
        _ => CallFault.Stop($"Slack refuses {method} ({Redaction.Clean(error)}){Advice(error)}"),
    };

    /// <summary>The meaning of an HTTP status that came without readable JSON.</summary>
    public static CallFault OfStatus(string method, HttpStatusCode status, TimeSpan? retryAfter) => (int)status switch
    {
        429 => CallFault.Limited($"Slack limits the rate of {method} (429)", retryAfter, UnsaidLimit),
        >= 500 => CallFault.OfServer($"Slack answered {(int)status} to {method}", (int)status, retryAfter),
        408 or 425 => CallFault.Retry($"Slack answered {(int)status} to {method}", retryAfter),
        >= 200 and < 300 => CallFault.Retry($"Slack's answer to {method} could not be read") with { MayHaveHappened = true },
        401 => CallFault.Stop($"Slack answered 401 to {method}; put a valid token into Slack:BotToken"),
        _ => CallFault.Stop($"Slack answered {(int)status} to {method}; check Slack:ApiUrl"),
    };

    private static string Advice(string error) => error switch
    {
        "channel_not_found" => ": there is no such channel, or it is private and the bot is not in it",
        "not_in_channel" => ": invite the bot with /invite in that channel",
        "is_archived" => ": the channel is archived; name another one in the rule",
        "no_text" => ": the message is empty",
        "metadata_too_large" or "msg_too_long" or "msg_blocks_too_long" => ": the message is too large",
        "invalid_blocks" or "invalid_blocks_format" => ": the blocks are not valid; try them in Slack's Block Kit Builder",
        "users_not_found" => ": nobody in this workspace has that e-mail address",
        _ when error.StartsWith("restricted_action", StringComparison.Ordinal) =>
            ": the workspace or channel does not let the bot post there",
        _ => "",
    };
}
