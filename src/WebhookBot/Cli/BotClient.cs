using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Admin;

namespace WebhookBot.Cli;

/// <summary>Talks to a running bot's API. The token comes from the setting <c>Admin:Token</c>.</summary>
internal sealed class BotClient : IDisposable
{
    private readonly HttpClient _http;

    public BotClient(string server)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new UsageException($"'{server}' is no address; write http://127.0.0.1:8080");
        }

        Address = new Uri(address.GetLeftPart(UriPartial.Authority));
        _http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
        if (SecretFiles.OfEnvironment()[$"{AdminOptions.Section}:{nameof(AdminOptions.Token)}"]?.Trim() is { Length: > 0 } token)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public Uri Address { get; }

    public static Option<string> ServerOption() => new("--server", "--url") { Description = "Address of the running bot", DefaultValueFactory = _ => BotHost.DefaultUrl };

    /// <summary>What a command that asks that bot has to be told; nothing for the local one.</summary>
    public static string ServerFlag(string server) => server == BotHost.DefaultUrl ? "" : $" --server {server}";

    /// <summary>The delivery as the API gives it; null when there is none.</summary>
    public Task<JsonNode?> FindAsync(string id, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Get, $"/api/deliveries/{Name(id)}", null, cancellation);

    /// <summary>An id or key as it stands in an address.</summary>
    /// <exception cref="UsageException">It is none: in an address it would stand for another place.</exception>
    public static string Name(string id) => id.Trim() is "" or "." or ".."
        ? throw new UsageException($"'{id}' is no id; GET /api/deliveries shows them")
        : Uri.EscapeDataString(id);

    /// <summary>Sends it. With <paramref name="until"/> the headers, the body is still to come; the time limit is on what is waited for here.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellation, HttpCompletionOption until = HttpCompletionOption.ResponseContentRead)
    {
        try
        {
            return await _http.SendAsync(request, until, cancellation);
        }
        catch (TaskCanceledException e) when (e.InnerException is TimeoutException)
        {
            throw new SettingsException($"{Address} did not answer within {_http.Timeout.TotalSeconds} s");
        }
        catch (HttpRequestException e)
        {
            throw new SettingsException($"No bot answers at {Address} ({e.HttpRequestError}); start it with webhookbot run, or say with --server where it is");
        }
    }

    /// <summary>Asks the API and reads its answer; null when it knows no such thing.</summary>
    /// <exception cref="SettingsException">It refuses, and says why.</exception>
    public async Task<JsonNode?> AskAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using var answer = await SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        return answer switch
        {
            { IsSuccessStatusCode: true } => Read(text),
            { StatusCode: HttpStatusCode.NotFound } => null,
            { StatusCode: HttpStatusCode.Unauthorized } => throw new SettingsException($"{Address} wants its admin token; set Admin__Token"),
            _ => throw new SettingsException($"{Address} refuses: {Detail(text)}"),
        };
    }

    /// <summary>What a bot answers.</summary>
    /// <exception cref="SettingsException">It is no JSON: something else answers there.</exception>
    public JsonNode? Read(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: ApiJson.Deep);
        }
        catch (JsonException)
        {
            throw NoBot();
        }
    }

    /// <summary>Something else answers there.</summary>
    public SettingsException NoBot() => new($"What answers at {Address} is no WebhookBot; say with --server where it is");

    /// <summary>What a refusal says, in its own words.</summary>
    public static string Detail(string problem)
    {
        try
        {
            return JsonNode.Parse(problem)?["detail"]?.ToString() ?? problem;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return problem;
        }
    }

    /// <summary>What is wrong with filters; null when nothing is. One that is empty, such as a variable that is not set, is left out of a query.</summary>
    public static string? ProblemOf(IEnumerable<(string Key, string? Value)> filters) =>
        filters.Any(f => f.Value is { Length: 0 }) ? "A filter without a value would let everything pass" : null;

    /// <summary>A query of the parts that have a value.</summary>
    public static string Query(params IEnumerable<(string Key, string? Value)> parts) =>
        "?" + string.Join('&', parts.Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!)}"));

    public void Dispose() => _http.Dispose();
}
