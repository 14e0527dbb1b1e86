using System.Net;
using System.Text;
using Microsoft.Extensions.Options;

namespace WebhookBot.Clients.Http;

/// <summary>The answer to a guarded call.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Beginning">The first 64 KB of its body, or as much as was asked for, or what came before it broke off.</param>
/// <param name="RetryAfter">How long the target asked to be left alone; null when it did not say.</param>
public sealed record GuardedAnswer(HttpStatusCode Status, string Beginning, TimeSpan? RetryAfter);

/// <summary>Calls addresses that rule files name, without letting them reach into private networks.</summary>
public sealed class GuardedHttp(IHttpClientFactory clients, IOptions<HttpOptions> options, TimeProvider time)
{
    /// <summary>The name of the HTTP client.</summary>
    public const string HttpClientName = "guarded";

    private const int MaxAnswer = 64 << 10;

    /// <summary>Why this address may not be called at all, or null.</summary>
    public string? Problem(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address switch
        {
            { IsAbsoluteUri: false } => "the url is not absolute",
            { UserInfo.Length: > 0 } => "the url holds a user name or password; put credentials into a header",
            { Scheme: "https" } => null,
            { Scheme: "http" } when options.Value.AllowPrivateAddresses => null,
            { Scheme: "http" } => "only https is allowed; set Http:AllowPrivateAddresses to true if rules may use http",
            _ => $"the url's scheme is '{address.Scheme}', only https is allowed",
        };
    }

    /// <summary>Sends the request.</summary>
    /// <returns>The answer, or why there is none.</returns>
    public async Task<(GuardedAnswer? Answer, CallFault? Fault)> SendAsync(HttpRequestMessage request, CancellationToken cancellation, int maxAnswer = MaxAnswer)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var limit = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        using var http = clients.CreateClient(HttpClientName);
        http.Timeout = Timeout.InfiniteTimeSpan;
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var beginning = await ReadBeginningAsync(response.Content, maxAnswer, cancellation, either.Token);
            return (new GuardedAnswer(response.StatusCode, beginning, RetryAfter.Of(response.Headers, time.GetUtcNow())), null);
        }
        catch (Exception e) when (e.GetBaseException() is PrivateAddressException refused)
        {
            return (null, CallFault.Stop(refused.Message));
        }
        catch (Exception e) when (TransportFaults.Classify(e, request.RequestUri!.Host, cancellation) is { } fault)
        {
            return (null, fault);
        }
    }

    // The status has said what came of the call; a body that breaks off afterwards does not take that back.
    private static async Task<string> ReadBeginningAsync(HttpContent content, int maxAnswer, CancellationToken caller, CancellationToken either)
    {
        var buffer = new byte[maxAnswer];
        var length = 0;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(either);
            for (int read; length < buffer.Length && (read = await stream.ReadAsync(buffer.AsMemory(length), either)) > 0;)
            {
                length += read;
            }
        }
        catch (Exception e) when (TransportFaults.Classify(e, "", caller) is not null)
        {
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
