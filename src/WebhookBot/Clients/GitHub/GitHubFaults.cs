using System.Globalization;
using Octokit;

namespace WebhookBot.Clients.GitHub;

/// <summary>
/// What an answer of GitHub means for trying again.
/// <see href="https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api"/>
/// </summary>
public static class GitHubFaults
{
    /// <summary>How long GitHub may answer 404 for what it has just told us about.</summary>
    public static readonly TimeSpan ReadAfterWebhook = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan UnsaidLimit = TimeSpan.FromSeconds(60);

    /// <summary>The fault, or null when the exception is our own mistake (or the caller itself gave up).</summary>
    /// <param name="exception">What a call threw.</param>
    /// <param name="receivedAt">When the delivery came in that the call is made for.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">The caller's token.</param>
    public static CallFault? Classify(Exception exception, DateTimeOffset receivedAt, DateTimeOffset now, CancellationToken cancellation) =>
        exception switch
        {
            GitHubRefusedException e => e.Fault,
            ApiException e => OfStatus(e, now - receivedAt, now),
            _ => TransportFaults.Classify(exception, "GitHub", cancellation),
        };

    private static CallFault OfStatus(ApiException e, TimeSpan age, DateTimeOffset now)
    {
        var said = Message(e);
        return (int)e.StatusCode switch
        {
            401 => CallFault.Stop(
                $"GitHub does not accept the installation's token (401): {said}; check that the app is installed and not suspended"),
            403 or 429 when IsLimit(e) => CallFault.Limited($"GitHub limits the rate of calls: {said}", AskedWait(e, now), UnsaidLimit),
            403 => CallFault.Stop($"GitHub refuses it (403): {said}; {PermissionHint(e)}"),
            404 when age < ReadAfterWebhook => CallFault.Retry("GitHub does not show it yet (404)"),
            404 => CallFault.Stop("GitHub does not find it (404): it was deleted, or the app may not see it"),
            408 => CallFault.Retry($"GitHub answered 408: {said}", RetryAfter.Parse(Header(e, "Retry-After"), now)),
            >= 500 => CallFault.OfServer($"GitHub answered {(int)e.StatusCode}: {said}", (int)e.StatusCode, RetryAfter.Parse(Header(e, "Retry-After"), now)),
            var status => CallFault.Stop($"GitHub answered {status}: {said}"),
        };
    }

    private static TimeSpan? AskedWait(ApiException e, DateTimeOffset now)
    {
        if (RetryAfter.Parse(Header(e, "Retry-After"), now) is { } asked)
        {
            return asked;
        }

        if (Header(e, "x-ratelimit-remaining") == "0"
            && long.TryParse(Header(e, "x-ratelimit-reset"), NumberStyles.None, CultureInfo.InvariantCulture, out var reset))
        {
            // A second more than asked: the header has whole seconds.
            var wait = DateTimeOffset.FromUnixTimeSeconds(Math.Min(reset, 253402300799)) - now + TimeSpan.FromSeconds(1);
            return wait > TimeSpan.Zero ? wait : TimeSpan.FromSeconds(1);
        }

        return null;
    }

    private static bool IsLimit(ApiException e) =>
        (int)e.StatusCode == 429 || Header(e, "Retry-After") is not null || Header(e, "x-ratelimit-remaining") == "0" || SaysLimit(e.HttpResponse?.Body as string);

    private static bool SaysLimit(string? body) =>
        body is not null
        && (body.Contains("secondary rate limit", StringComparison.OrdinalIgnoreCase)
            || body.Contains("rate limit exceeded", StringComparison.OrdinalIgnoreCase)
            || body.Contains("abuse detection", StringComparison.OrdinalIgnoreCase));

    private static string PermissionHint(ApiException e) =>
        Header(e, "X-Accepted-GitHub-Permissions") is { Length: > 0 } needed
            ? $"the app needs the permission {Redaction.Clean(needed)}"
            : "the app lacks a permission, or its new permissions are not accepted yet";

    private static string Message(ApiException e)
    {
        var details = e.ApiError?.Errors?.Select(d => d.Message ?? $"{d.Resource} {d.Field} {d.Code}".Trim()) ?? [];
        string[] parts = [e.ApiError?.Message ?? e.Message, string.Join(", ", details)];
        return Redaction.Clean(string.Join(": ", parts.Where(t => !string.IsNullOrWhiteSpace(t))));
    }

    private static string? Header(ApiException e, string name) =>
        e.HttpResponse?.Headers.FirstOrDefault(h => string.Equals(h.Key, name, StringComparison.OrdinalIgnoreCase)).Value;
}
