using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Intake;

/// <summary>Senders that nobody has a preset for, secrets that change, and addresses.</summary>
public sealed class FreeFormSourceTests : IAsyncLifetime
{
    private const string Sources = """
        sources:
          github: { preset: github, secrets: [NEW_SECRET, OLD_SECRET] }
          legacy:
            verify: { hmac: sha256, header: X-Signature, prefix: "v1=", signed: "v1:{timestamp}:{id}.{body}", timestamp: { header: X-Time, tolerance: 5m }, secret: LEGACY_SECRET }
            event: { header: X-Event }
            id: { header: X-Id }
            subject: { json: order.id }
          base:
            verify: { hmac: sha512, header: X-Signature, encoding: base64, secret: BASE_SECRET }
            event: { json: type }
          address:
            verify: { hmac: sha256, header: X-Signature, encoding: base64url, secret: BASE_SECRET }
            event: { json: type }
          token:
            verify: { token: X-Token, secret: TOKEN_SECRET }
            event: { json: type }
          basic:
            verify: { basic: true, secret: BASIC_SECRET }
            event: { json: type }
          bearer:
            verify: { bearer: true, secret: BEARER_SECRET }
            event: { json: type }
          walled: { preset: github, secret: NEW_SECRET, allow_from: 192.0.2.0/24 }
        """;

    private const string Body = """{"type":"order.paid","order":{"id":7}}""";

    private readonly TemporaryFolder _folder = new();
    private RunningBot _bot = null!;

    public async ValueTask InitializeAsync() => _bot = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _bot.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Takes_a_signature_over_time_id_and_body()
    {
        var delivery = await _bot.FinishedAsync(await TakenAsync(Legacy(DateTimeOffset.UtcNow)));

        Assert.Equal("legacy.paid", delivery.GetProperty("event").GetString());
        Assert.Equal("legacy:7", delivery.GetProperty("subject").GetString());
    }

    [Fact]
    public async Task Refuses_a_signed_time_that_is_off_and_parts_that_were_changed()
    {
        Assert.Equal(401, await StatusAsync(Legacy(DateTimeOffset.UtcNow.AddMinutes(-6))));
        Assert.Equal(401, await StatusAsync(Legacy(DateTimeOffset.UtcNow.AddMinutes(6))));
        Assert.Equal(401, await StatusAsync(Legacy(DateTimeOffset.UtcNow, id => id + "0")));
        Assert.Equal(401, await StatusAsync(Legacy(DateTimeOffset.UtcNow, time: time => time + "0")));
        Assert.Equal(401, await StatusAsync(Legacy(DateTimeOffset.UtcNow, time: _ => "soon")));
        Assert.Equal(401, await StatusAsync(Legacy(DateTimeOffset.UtcNow, time: _ => null)));
        Assert.Equal(202, await StatusAsync(Legacy(DateTimeOffset.UtcNow.AddMinutes(-4))));
    }

    [Fact]
    public async Task Takes_a_base64_signature()
    {
        var right = Convert.ToBase64String(HMACSHA512.HashData("base"u8, Encoding.UTF8.GetBytes(Body)));
        Assert.Equal(202, await StatusAsync(Request("base", ("X-Signature", right))));
        Assert.Equal(401, await StatusAsync(Request("base", ("X-Signature", right[..^2]))));
        Assert.Equal(401, await StatusAsync(Request("base", ("X-Signature", Convert.ToHexStringLower(Convert.FromBase64String(right))))));
        Assert.Equal(401, await StatusAsync(Request("base")));
    }

    [Fact]
    public async Task Takes_a_signature_in_the_alphabet_of_addresses_with_or_without_padding()
    {
        var right = Convert.ToBase64String(HMACSHA256.HashData("base"u8, Encoding.UTF8.GetBytes(Body))).Replace('+', '-').Replace('/', '_');
        Assert.Equal(202, await StatusAsync(Request("address", ("X-Signature", right))));
        Assert.Equal(200, await StatusAsync(Request("address", ("X-Signature", right.TrimEnd('=')))));
        Assert.Equal(401, await StatusAsync(Request("address", ("X-Signature", "!!! this is none !!!"))));
        Assert.Equal(401, await StatusAsync(Request("address", ("X-Signature", $"{right[..5]} {right[5..]}"))));
        Assert.Equal(401, await StatusAsync(Request("address", ("X-Signature", "A" + right[1..^2]))));
    }

    [Fact]
    public async Task Takes_a_token_and_never_shows_it()
    {
        Assert.Equal(401, await StatusAsync(Request("token", ("X-Token", "toke"))));
        Assert.Equal(401, await StatusAsync(Request("token", ("X-Token", "token-secret2"))));
        Assert.Equal(401, await StatusAsync(Request("token")));

        var id = await TakenAsync(Request("token", ("X-Token", "token-secret")));

        var delivery = await _bot.GetDeliveryAsync(id);
        Assert.Equal("***", delivery.GetProperty("headers").GetProperty("X-Token").GetString());
        Assert.DoesNotContain("token-secret", delivery.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_basic_and_bearer_authorization_each_for_what_it_is()
    {
        Assert.Equal(202, await StatusAsync(Authorized("basic", "Basic", Base64("me:basic-secret"))));
        Assert.Equal(401, await StatusAsync(Authorized("basic", "Basic", Base64("me:wrong"))));
        Assert.Equal(401, await StatusAsync(Authorized("basic", "Basic", "!!!")));
        Assert.Equal(401, await StatusAsync(Authorized("basic", "Bearer", "basic-secret")));
        Assert.Equal(401, await StatusAsync(Request("basic")));
        Assert.Equal(202, await StatusAsync(Authorized("bearer", "Bearer", "bearer-secret", order: 2)));
        Assert.Equal(401, await StatusAsync(Authorized("bearer", "Basic", Base64("me:bearer-secret"))));
        Assert.Equal(401, await StatusAsync(Authorized("bearer", "Bearer", "bearer-secre")));
        Assert.Equal(401, await StatusAsync(Authorized("bearer", "Bearer", "")));
        Assert.Equal(401, await StatusAsync(Request("bearer")));
    }

    [Fact]
    public async Task Knows_a_body_without_an_id_again_by_its_bytes()
    {
        var first = await TakenAsync(Request("token", ("X-Token", "token-secret")));
        using var second = await SendAsync(Request("token", ("X-Token", "token-secret")));

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.EndsWith(first, second.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_the_new_and_the_old_secret_while_both_are_named()
    {
        Assert.Equal(202, await StatusAsync(GitHub("/hooks/github", "new")));
        Assert.Equal(202, await StatusAsync(GitHub("/hooks/github", "old")));
        Assert.Equal(401, await StatusAsync(GitHub("/hooks/github", "older")));

        _folder.Write("rules/sources.yml", Sources.Replace("secrets: [NEW_SECRET, OLD_SECRET]", "secret: NEW_SECRET", StringComparison.Ordinal));
        await Poll.UntilAsync(() => StatusAsync(GitHub("/hooks/github", "old")), status => status == 401);

        Assert.Equal(202, await StatusAsync(GitHub("/hooks/github", "new")));
    }

    [Fact]
    public async Task Refuses_an_address_that_may_not_send_whatever_it_says_of_itself()
    {
        Assert.Equal(403, await StatusAsync(GitHub("/hooks/walled", "new")));
        Assert.Equal(403, await StatusAsync(GitHub("/hooks/walled", "new", "192.0.2.7")));
        Assert.Equal(403, await StatusAsync(GitHub("/hooks/walled", "new", "192.0.2.7, 127.0.0.1")));
    }

    [Theory]
    [InlineData("127.0.0.0/8")]
    [InlineData("127.0.0.1")]
    public async Task Believes_the_forwarded_address_of_a_proxy_that_is_named(string proxies)
    {
        await using var bot = await RunningBot.StartAsync("", [.. Secrets, new("Intake:AllowFromProxies:0", proxies), new("Journal:Path", Path.Combine(_folder.Path, "other", "journal.db"))], _folder);

        Assert.Equal(202, await StatusAsync(GitHub("/hooks/walled", "new", "192.0.2.7"), bot));
        Assert.Equal(403, await StatusAsync(GitHub("/hooks/walled", "new", "198.51.100.1"), bot));
        Assert.Equal(403, await StatusAsync(GitHub("/hooks/walled", "new", "192.0.2.7, 198.51.100.1"), bot));
        Assert.Equal(403, await StatusAsync(GitHub("/hooks/walled", "new"), bot));
    }

    private static Dictionary<string, string?> Secrets => new()
    {
        ["NEW_SECRET"] = "new",
        ["OLD_SECRET"] = "old",
        ["LEGACY_SECRET"] = "legacy",
        ["BASE_SECRET"] = "base",
        ["TOKEN_SECRET"] = "token-secret",
        ["BASIC_SECRET"] = "basic-secret",
        ["BEARER_SECRET"] = "bearer-secret",
        ["Rules:WatchEvery"] = "00:00:00.200",
    };

    private Task<RunningBot> StartAsync()
    {
        _folder.Write("rules/sources.yml", Sources);
        return RunningBot.StartAsync("", Secrets, _folder);
    }

    private static HttpRequestMessage Request(string source, params (string Name, string? Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/hooks/{source}") { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers.Where(h => h.Value is not null))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static HttpRequestMessage Legacy(DateTimeOffset at, Func<string, string>? id = null, Func<string, string?>? time = null)
    {
        var (signedTime, signedId) = (at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), Guid.NewGuid().ToString());
        var signature = HMACSHA256.HashData("legacy"u8, Encoding.UTF8.GetBytes($"v1:{signedTime}:{signedId}.{Body}"));
        return Request(
            "legacy",
            ("X-Signature", "v1=" + Convert.ToHexStringLower(signature)),
            ("X-Time", time is null ? signedTime : time(signedTime)),
            ("X-Id", id is null ? signedId : id(signedId)),
            ("X-Event", "paid"));
    }

    private static HttpRequestMessage Authorized(string source, string scheme, string credential, int order = 1)
    {
        var request = Request(source);
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, credential);
        request.Content = new StringContent(Body.Replace("7", $"{order}", StringComparison.Ordinal), Encoding.UTF8, "application/json");
        return request;
    }

    private static HttpRequestMessage GitHub(string path, string secret, string? forwardedFor = null)
    {
        var request = RunningBot.GitHubRequest("push", "{}"u8.ToArray(), Guid.NewGuid().ToString(), secret);
        request.RequestUri = new Uri(path, UriKind.Relative);
        if (forwardedFor is not null)
        {
            request.Headers.Add("X-Forwarded-For", forwardedFor);
        }

        return request;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private async Task<int> StatusAsync(HttpRequestMessage request, RunningBot? bot = null)
    {
        using var answer = await SendAsync(request, bot);
        return (int)answer.StatusCode;
    }

    private async Task<string> TakenAsync(HttpRequestMessage request)
    {
        using var answer = await SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return answer.Headers.Location!.ToString().Split('/')[^1];
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, RunningBot? bot = null)
    {
        using (request)
        {
            return await (bot ?? _bot).Client.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }
}
