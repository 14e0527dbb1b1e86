using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace WebhookBot.Clients.Slack;

/// <summary>
/// Slack's Web API. Every method takes a form, reads included (to which JSON bodies lose their arguments), with structures as JSON
/// in their fields. <see href="https://docs.slack.dev/apis/web-api/"/>
/// </summary>
public sealed partial class SlackClient(IHttpClientFactory clients, IOptions<SlackOptions> options, TimeProvider time)
{
    /// <summary>The name of the HTTP client, by which a test may replace its primary handler.</summary>
    public const string HttpClientName = "slack";

    private const long MaxAnswer = 16 << 20;
    private static readonly ProductInfoHeaderValue UserAgent =
        new("WebhookBot", typeof(SlackClient).Assembly.GetName().Version?.ToString(3));

    /// <summary>Which setting is missing, or null.</summary>
    public string? MissingSetting => options.Value.MissingSetting();

    /// <summary>How far apart messages to one channel are.</summary>
    public TimeSpan MessageInterval => options.Value.MessageInterval;

    /// <summary>Calls a method that changes something. Fields without a value are left out.</summary>
    public Task<SlackAnswer> WriteAsync(string method, IReadOnlyDictionary<string, string?> fields, CancellationToken cancellation) =>
        CallAsync(method, fields, isRead: false, cancellation);

    /// <summary>Calls a method that changes nothing; it is let through in shadow mode, too.</summary>
    public Task<SlackAnswer> ReadAsync(string method, IReadOnlyDictionary<string, string?> fields, CancellationToken cancellation) =>
        CallAsync(method, fields, isRead: true, cancellation);

    private async Task<SlackAnswer> CallAsync(
        string method, IReadOnlyDictionary<string, string?> fields, bool isRead, CancellationToken cancellation)
    {
        using var request = CreateRequest(method, fields, isRead);
        using var http = clients.CreateClient(HttpClientName);
        http.Timeout = options.Value.Timeout;
        http.MaxResponseContentBufferSize = MaxAnswer;
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            return await ReadAnswerAsync(method, response, cancellation);
        }
        catch (Exception e) when (TransportFaults.Classify(e, "Slack", cancellation) is { } fault)
        {
            return SlackAnswer.Unreadable(fault);
        }
    }

    private HttpRequestMessage CreateRequest(string method, IReadOnlyDictionary<string, string?> fields, bool isRead)
    {
        if (!MethodName().IsMatch(method))
        {
            // An absolute address here would carry the token to a foreign host.
            throw new ArgumentException($"'{method}' is not the name of a Web API method.", nameof(method));
        }

        var given = fields.Where(f => f.Value is not null).Select(f => KeyValuePair.Create(f.Key, f.Value!));
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(ApiSettings.AsBase(options.Value.ApiUrl), method))
        {
            Content = new FormUrlEncodedContent(given),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Value.BotToken?.Reveal());
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.UserAgent.Add(UserAgent);
        request.Options.Set(OutboundCalls.IsRead, isRead);
        return request;
    }

    private async Task<SlackAnswer> ReadAnswerAsync(string method, HttpResponseMessage response, CancellationToken cancellation)
    {
        var retryAfter = RetryAfter.Of(response.Headers, time.GetUtcNow());
        var body = await ParseAsync(response.Content, cancellation);
        if (body.TextAt("error") is { } error && !body.IsTrueAt("ok"))
        {
            return SlackAnswer.Refused(error, body, SlackFaults.OfError(method, error, body, retryAfter));
        }

        return response.IsSuccessStatusCode && body.IsTrueAt("ok")
            ? SlackAnswer.Ok(body)
            : SlackAnswer.Unreadable(SlackFaults.OfStatus(method, response.StatusCode, retryAfter));
    }

    private static async Task<JsonElement> ParseAsync(HttpContent content, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellation);
            using var document = await JsonDocument.ParseAsync(stream, cancellationToken: cancellation);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }

    [GeneratedRegex(@"\A[a-z]+(\.[A-Za-z]+)+\z", RegexOptions.CultureInvariant)]
    private static partial Regex MethodName();
}
