using System.Text.Json;
using WebhookBot.Clients;
using WebhookBot.Rules;

namespace WebhookBot.Actions.Http;

/// <summary>Puts a rule's headers on a request, and refuses those that would change what the request is.</summary>
internal static class HttpHeaders
{
    private const string NotForRules = "may not be set by a rule";
    private const string NotValid = "is not a valid header";

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Expect", "Host", "HTTP2-Settings", "Idempotency-Key", "Keep-Alive", "Proxy-Authenticate",
        "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "webhook-id", "webhook-signature",
        "webhook-timestamp",
    };

    /// <summary>Why a header cannot be sent; null when all were put on the request.</summary>
    public static string? Apply(HttpRequestMessage request, JsonElement headers)
    {
        if (headers.ValueKind != JsonValueKind.Object)
        {
            return headers.IsPresent() ? "headers must be a mapping from names to texts" : null;
        }

        foreach (var header in headers.EnumerateObject())
        {
            if (ProblemOf(request, header.Name, headers.TextAt(header.Name)) is { } problem)
            {
                return $"the header '{Redaction.Clean(header.Name)}' {problem}";
            }
        }

        return null;
    }

    /// <summary>What is wrong with a header of a rule, whose value is null where only the event tells it; null when nothing is.</summary>
    public static ArgumentProblem? ProblemOf(string name, string? value)
    {
        using var request = new HttpRequestMessage { Content = new ByteArrayContent([]) };
        var problem = value is not null ? ProblemOf(request, name, value)
            : Reserved.Contains(name) ? NotForRules
            : HeadersOf(request, name)?.TryAddWithoutValidation(name, "") == true ? null
            : NotValid;
        return problem is null ? null : new($"the header '{Redaction.Clean(name)}' {problem}");
    }

    private static string? ProblemOf(HttpRequestMessage request, string name, string? value)
    {
        if (Reserved.Contains(name))
        {
            return NotForRules;
        }

        // Beyond ASCII the bytes would depend on who reads them; control characters could begin another header.
        if (value is null || value.Any(c => c is (< ' ' and not '\t') or > '~'))
        {
            return "holds a line end or another character that headers cannot carry";
        }

        try
        {
            // Never TryAddWithoutValidation: it lets line ends pass.
            var headers = HeadersOf(request, name);
            headers?.Remove(name);
            headers?.Add(name, value);
            return null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            return NotValid;
        }
    }

    // None for those of a body that there is not.
    private static System.Net.Http.Headers.HttpHeaders? HeadersOf(HttpRequestMessage request, string name) =>
        name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) ? request.Content?.Headers : request.Headers;
}
