using System.Text.Json;
using WebhookBot.Clients;

namespace WebhookBot.Actions.Http;

/// <summary>Puts a rule's headers on a request, and refuses those that would change what the request is.</summary>
internal static class HttpHeaders
{
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

    private static string? ProblemOf(HttpRequestMessage request, string name, string? value)
    {
        if (Reserved.Contains(name))
        {
            return "may not be set by a rule";
        }

        // Beyond ASCII the bytes would depend on who reads them; control characters could begin another header.
        if (value is null || value.Any(c => c is (< ' ' and not '\t') or > '~'))
        {
            return "holds a line end or another character that headers cannot carry";
        }

        try
        {
            AddValidated(request, name, value);
            return null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            return "is not a valid header";
        }
    }

    // Never TryAddWithoutValidation: it lets line ends pass.
    private static void AddValidated(HttpRequestMessage request, string name, string value)
    {
        if (!name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
        {
            request.Headers.Remove(name);
            request.Headers.Add(name, value);
        }
        else if (request.Content is { } content)
        {
            content.Headers.Remove(name);
            content.Headers.Add(name, value);
        }
    }
}
