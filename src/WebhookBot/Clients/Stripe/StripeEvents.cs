using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace WebhookBot.Clients.Stripe;

/// <summary>A call that Stripe did not carry out.</summary>
public sealed class StripeRefusedException(CallFault fault, int? status = null, Exception? inner = null) : Exception(fault.Detail, inner)
{
    /// <summary>The reason.</summary>
    public CallFault Fault { get; } = fault;

    /// <summary>Whether there is no such thing, now and later.</summary>
    public bool IsGone => status is 404 or 410;
}

/// <summary>The events that Stripe keeps for thirty days. <see href="https://docs.stripe.com/api/events"/></summary>
public sealed class StripeEvents(IHttpClientFactory clients, IOptions<StripeOptions> options, TimeProvider clock)
{
    /// <summary>The name of the HTTP client.</summary>
    public const string HttpClientName = "stripe";

    private const long LargestAnswer = 32L << 20;
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(30);

    /// <summary>Which setting is missing, or null.</summary>
    public string? MissingSetting => Secret.IsSet(options.Value.ApiKey) ? null : $"{StripeOptions.Section}:ApiKey is not set";

    /// <summary>The source whose events these are, if the settings say.</summary>
    public string? Source => options.Value.Source;

    /// <summary>Where an event stands, for people.</summary>
    public Uri AddressOf(string id) => new(ApiSettings.AsBase(options.Value.ApiUrl), $"v1/events/{Uri.EscapeDataString(id)}");

    /// <summary>A page of the events that did not reach every webhook, newest first, behind the one of that id.</summary>
    /// <exception cref="StripeRefusedException">There was no answer, or none that can be read.</exception>
    public Task<JsonElement> ListUndeliveredAsync(DateTimeOffset since, string? after, CancellationToken cancellation)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"v1/events?limit=100&delivery_success=false&created[gte]={since.ToUnixTimeSeconds()}");
        return GetAsync(new Uri(ApiSettings.AsBase(options.Value.ApiUrl), after is null ? query : $"{query}&starting_after={Uri.EscapeDataString(after)}"), cancellation);
    }

    /// <summary>One event as its webhook has it.</summary>
    /// <inheritdoc cref="ListUndeliveredAsync" path="/exception"/>
    public Task<JsonElement> GetAsync(string id, CancellationToken cancellation) => GetAsync(AddressOf(id), cancellation);

    private async Task<JsonElement> GetAsync(Uri address, CancellationToken cancellation)
    {
        using var client = clients.CreateClient(HttpClientName);
        client.Timeout = LongestCall;
        client.MaxResponseContentBufferSize = LargestAnswer;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Value.ApiKey?.Reveal());
        try
        {
            using var answer = await client.SendAsync(request, cancellation);
            return answer.StatusCode == HttpStatusCode.OK
                ? JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation), JsonReading.Strict)
                : throw new StripeRefusedException(FaultOf(answer), (int)answer.StatusCode);
        }
        catch (JsonException e)
        {
            throw new StripeRefusedException(CallFault.Retry("Stripe's answer could not be read"), inner: e);
        }
        catch (Exception e) when (TransportFaults.Classify(e, "Stripe", cancellation) is { } fault)
        {
            throw new StripeRefusedException(fault, inner: e);
        }
    }

    // What Stripe says is not repeated: it names the key.
    private CallFault FaultOf(HttpResponseMessage answer) => (int)answer.StatusCode switch
    {
        401 => CallFault.Stop($"Stripe does not accept the key (401); check {StripeOptions.Section}:ApiKey"),
        403 => CallFault.Stop($"Stripe's key may not read events (403); give the restricted key of {StripeOptions.Section}:ApiKey the permission to read them"),
        429 => CallFault.Retry("Stripe limits the rate of calls", RetryAfter.Of(answer.Headers, clock.GetUtcNow()) ?? TimeSpan.FromSeconds(60)),
        404 => CallFault.Stop("Stripe does not find it (404)"),
        >= 500 => CallFault.Retry($"Stripe answered {(int)answer.StatusCode}", RetryAfter.Of(answer.Headers, clock.GetUtcNow())),
        var status => CallFault.Stop($"Stripe answered {status}"),
    };
}
