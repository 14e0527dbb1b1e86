using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>A webhook as bytes, so that a test may change any of them.</summary>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">Header lines, the content type among them.</param>
/// <param name="Body">The body.</param>
internal sealed record SentRequest(string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public string ContentType => this["Content-Type"] ?? "";

    public string? this[string header] => Headers.Where(h => Is(h, header)).Select(h => h.Value).FirstOrDefault();

    public static async Task<SentRequest> OfAsync(HttpRequestMessage request)
    {
        using (request)
        {
            var headers = request.Headers.NonValidated.Concat(request.Content!.Headers.NonValidated).Select(h => KeyValuePair.Create(h.Key, h.Value.ToString()));
            return new SentRequest(request.RequestUri!.PathAndQuery, [.. headers.Where(h => h.Key != "Content-Length")], await request.Content.ReadAsByteArrayAsync());
        }
    }

    /// <summary>With that header in place of those of its name; without it when the value is null.</summary>
    public SentRequest With(string header, string? value) =>
        this with { Headers = [.. Headers.Where(h => !Is(h, header)), .. value is null ? Array.Empty<KeyValuePair<string, string>>() : [KeyValuePair.Create(header, value)]] };

    /// <summary>With one more line of that header.</summary>
    public SentRequest WithMore(string header, string value) => this with { Headers = [.. Headers, KeyValuePair.Create(header, value)] };

    public SentRequest With(string body) => this with { Body = Encoding.UTF8.GetBytes(body) };

    public Task<RawAnswer> SendAsync(RunningBot bot) => RawHttp.SendAsync(bot.Client.BaseAddress!, RawHttp.Post(Target, Body, [.. Headers.Select(h => $"{h.Key}: {h.Value}")]));

    /// <summary>The request as the server would hand it on.</summary>
    public DefaultHttpContext ToHttpContext()
    {
        var query = Target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? Target : Target[..query];
        var http = new DefaultHttpContext
        {
            Request = { Method = "POST", Scheme = "http", Host = new HostString("localhost"), Path = path, QueryString = new QueryString(query < 0 ? null : Target[query..]) },
        };
        var parts = path.Split('/');
        http.Request.RouteValues["source"] = parts[2];
        if (parts.Length > 3)
        {
            http.Request.RouteValues["secret"] = Uri.UnescapeDataString(parts[3]);
        }

        foreach (var (name, value) in Headers)
        {
            http.Request.Headers.Append(name, value);
        }

        return http;
    }

    private static bool Is(KeyValuePair<string, string> header, string name) => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Reads answers of the intake.</summary>
internal static class IntakeAnswers
{
    /// <summary>The JSON in it.</summary>
    public static JsonNode Json(this RawAnswer answer) => JsonNode.Parse(answer.Text[answer.Text.IndexOf('{', StringComparison.Ordinal)..(answer.Text.LastIndexOf('}') + 1)])!;

    /// <summary>The id of the delivery that was taken; null when none was.</summary>
    public static string? DeliveryId(this RawAnswer answer) =>
        answer.Text.Split("\r\n").Where(l => l.StartsWith("Location: ", StringComparison.OrdinalIgnoreCase)).Select(l => l.Split('/')[^1]).FirstOrDefault();
}
