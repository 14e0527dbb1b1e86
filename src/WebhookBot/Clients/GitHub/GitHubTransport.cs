using System.Net;

namespace WebhookBot.Clients.GitHub;

/// <summary>
/// What Octokit's own HTTP layer leaves open. It follows every redirect, writes included; takes a redirect that it does not follow
/// for a success, and an empty answer for an empty list; reads bodies without any time limit; and has no way to pass a cancellation
/// to most of its calls.
/// </summary>
internal sealed class GitHubTransport : DelegatingHandler
{
    private const int MaxRedirects = 3;
    private const long MaxBody = 32 << 20;
    private static readonly AsyncLocal<CancellationToken> Ambient = new();

    /// <summary>Every call in the current flow of control ends when <paramref name="cancellation"/> does.</summary>
    public static void EndCallsWith(CancellationToken cancellation) => Ambient.Value = cancellation;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Ambient.Value);
        if (request.RequestUri!.AbsolutePath.EndsWith("/access_tokens", StringComparison.Ordinal))
        {
            // A token is needed to read, too; asking for one changes nothing anybody sees.
            request.Options.Set(OutboundCalls.IsRead, true);
        }

        for (var redirects = 0; ; redirects++)
        {
            var response = await base.SendAsync(request, either.Token);
            if (!IsRedirect(response.StatusCode))
            {
                await response.Content.LoadIntoBufferAsync(MaxBody, either.Token);
                return IsEmptyRead(request, response)
                    ? throw new GitHubRefusedException(CallFault.Retry("GitHub's answer was empty"))
                    : response;
            }

            using (response)
            {
                request = Follow(request, response, redirects);
            }
        }
    }

    private static bool IsEmptyRead(HttpRequestMessage request, HttpResponseMessage response) =>
        request.Method == HttpMethod.Get && response.IsSuccessStatusCode && response.Content.Headers.ContentLength is null or 0;

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    private static HttpRequestMessage Follow(HttpRequestMessage request, HttpResponseMessage response, int redirects)
    {
        var location = response.Headers.Location is { } given ? new Uri(request.RequestUri!, given) : null;
        var isFollowed = request.Method == HttpMethod.Get && redirects < MaxRedirects;
        if (!isFollowed || location is null || !IsSamePlace(request.RequestUri!, location))
        {
            throw new GitHubRefusedException(CallFault.Stop(
                $"GitHub answered {(int)response.StatusCode}: the repository was renamed or moved; put its new name into the rule"));
        }

        var next = new HttpRequestMessage(HttpMethod.Get, location);
        foreach (var header in request.Headers)
        {
            next.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        return next;
    }

    private static bool IsSamePlace(Uri from, Uri to) =>
        from.Scheme == to.Scheme && from.Port == to.Port && string.Equals(from.Host, to.Host, StringComparison.OrdinalIgnoreCase);
}
