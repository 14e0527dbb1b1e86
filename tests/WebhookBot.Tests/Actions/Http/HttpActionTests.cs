using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBot.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Actions.Http;

public sealed class HttpActionTests : IAsyncLifetime
{
    private ActionWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await ActionWorld.StartAsync();
        foreach (var method in (string[])["GET", "POST", "PUT", "DELETE"])
        {
            _world.Target.On(method, "/in", _ => new PeerAnswer(200, "fine"));
        }
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Sends_the_payload_of_the_delivery_unless_told_otherwise()
    {
        Assert.IsType<ActionOutcome.Succeeded>(await RunAsync(new { url = Url }));
        var sent = Assert.Single(_world.Target.Requests);
        Assert.Equal("POST", sent.Method);
        Assert.Equal("application/json", sent.Header("Content-Type"));
        Assert.Equal(42, sent.Json["number"]!.GetValue<int>());
        Assert.StartsWith("WebhookBot/", sent.Header("User-Agent"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":"a","t":"\ud800x"}""")]
    [InlineData("""{"id":"a","\ud83d":1, "n": 1e999}""")]
    public async Task Sends_a_payload_as_it_was_written_whatever_no_serializer_takes_in_it(string payload)
    {
        Assert.IsType<ActionOutcome.Succeeded>(await _world.RunAsync("http", _world.Request(new { url = Url }) with { Payload = JsonElement.Parse(payload) }));
        Assert.Equal(payload, Assert.Single(_world.Target.Requests).Body);
    }

    [Fact]
    public async Task Sends_the_idempotency_key_of_the_action()
    {
        await RunAsync(new { url = Url });
        Assert.Equal("d1/rule/0", _world.Target.Requests[0].Header("Idempotency-Key"));
    }

    [Fact]
    public async Task Sends_a_hash_where_the_key_cannot_be_a_header()
    {
        await _world.RunAsync("http", _world.Request(new { url = Url }, key: "dø\r\n1"));
        Assert.Matches("^[0-9a-f]{64}$", _world.Target.Requests[0].Header("Idempotency-Key")!);
    }

    [Theory]
    [InlineData("""{"a":[1]}""", "application/json", """{"a":[1]}""")]
    [InlineData("\"plain text\"", "text/plain; charset=utf-8", "plain text")]
    [InlineData("\"{\\\"b\\\":2}\"", "application/json", """{"b":2}""")]
    public async Task Sends_a_structure_as_json_and_a_text_as_it_is(string body, string type, string sent)
    {
        await RunAsync(new { url = Url, body = JsonDocument.Parse(body).RootElement });
        Assert.Equal((type, sent), (_world.Target.Requests[0].Header("Content-Type"), _world.Target.Requests[0].Body));
    }

    [Fact]
    public async Task Sends_the_headers_of_the_rule()
    {
        var headers = new Dictionary<string, string> { ["X-Team"] = "a b", ["Content-Type"] = "text/csv", ["User-Agent"] = "mine" };
        await RunAsync(new { url = Url, method = "PUT", body = "x=1", headers });
        var sent = _world.Target.Requests[0];
        Assert.Equal(
            ("PUT", "a b", "text/csv", "mine"),
            (sent.Method, sent.Header("X-Team"), sent.Header("Content-Type"), sent.Header("User-Agent")));
    }

    [Theory]
    [InlineData("X-A", "b\r\nX-Evil: 1")]
    [InlineData("X-A", "b\nc")]
    [InlineData("X-A", "b\0c")]
    [InlineData("X-A", "bø")]
    [InlineData("X-A\r\nX-Evil", "b")]
    [InlineData("X A", "b")]
    [InlineData("", "b")]
    [InlineData("Host", "internal")]
    [InlineData("content-length", "0")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Connection", "upgrade")]
    [InlineData("Proxy-Authorization", "x")]
    [InlineData("Idempotency-Key", "x")]
    [InlineData("Webhook-Signature", "v1,x")]
    public async Task Refuses_headers_that_smuggle_or_steer(string name, string value)
    {
        Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { url = Url, headers = new Dictionary<string, string> { [name] = value } }));
        Assert.Empty(_world.Target.Requests);
    }

    [Fact]
    public async Task Signs_as_standard_webhooks_does()
    {
        var key = Enumerable.Range(0, 24).Select(i => (byte)i).ToArray();
        _world.Set("OUT_SECRET", "whsec_" + Convert.ToBase64String(key));
        await RunAsync(new { url = Url, sign = "OUT_SECRET", body = new { a = 1 } });
        var sent = _world.Target.Requests[0];
        var signed = $"{sent.Header("webhook-id")}.{sent.Header("webhook-timestamp")}.{sent.Body}";
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)));
        Assert.Equal(expected, sent.Header("webhook-signature"));
        Assert.Equal("d1/rule/0", sent.Header("webhook-id"));
        Assert.Equal(_world.Time.GetUtcNow().ToUnixTimeSeconds().ToString(), sent.Header("webhook-timestamp"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("not a secret")]
    [InlineData("whsec_!!!")]
    [InlineData("whsec_")]
    public async Task Does_not_send_unsigned_what_was_to_be_signed(string? secret)
    {
        _world.Set("OUT_SECRET", secret);
        var failed = Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { url = Url, sign = "OUT_SECRET" }));
        Assert.Contains("OUT_SECRET", failed.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("not a secret", failed.Detail, StringComparison.Ordinal);
        Assert.Empty(_world.Target.Requests);
    }

    [Theory]
    [InlineData(404, "404", true)]
    [InlineData(200, "404", false)]
    [InlineData(302, "3xx", true)]
    [InlineData(204, "2xx", true)]
    public async Task Takes_for_success_what_the_rule_expects(int status, string expect, bool succeeds)
    {
        _world.Target.Next(new PeerAnswer(status));
        var outcome = await RunAsync(new { url = Url, method = "GET", expect });
        Assert.Equal(succeeds, outcome is ActionOutcome.Succeeded);
    }

    [Fact]
    public async Task Follows_no_redirect()
    {
        _world.Target.Next(new PeerAnswer(302).With("Location", "http://169.254.169.254/latest/meta-data/"));
        var failed = Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { url = Url }));
        Assert.Contains("redirects", failed.Detail, StringComparison.Ordinal);
        Assert.Single(_world.Target.Requests);
    }

    [Fact]
    public async Task Reads_no_more_than_the_beginning_of_an_answer()
    {
        _world.Target.Next(new PeerAnswer(200, new string('x', 10_000_000)));
        Assert.IsType<ActionOutcome.Succeeded>(await RunAsync(new { url = Url }));
    }

    [Fact]
    public async Task Shows_neither_paths_nor_credentials()
    {
        _world.Target.On("POST", "/T000/secretpath", _ => new PeerAnswer(400, "bad token xoxb-123-abc and ghs_abcdef"));
        var url = new Uri(_world.Target.Url, "T000/secretpath?key=hush").AbsoluteUri;
        var failed = Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { url }));
        Assert.DoesNotContain("secretpath", failed.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", failed.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("xoxb-123", failed.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("ghs_a", failed.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/relative")]
    [InlineData("https://user:pass@example.com/")]
    public async Task Refuses_addresses_of_other_kinds(string url) => Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { url }));

    [Fact]
    public async Task Refuses_a_method_that_is_none()
    {
        Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { url = Url, method = "CONNECT" }));
        Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { url = Url, method = "GE T" }));
    }

    [Theory]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://0x7f.1/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:127.0.0.1]/")]
    [InlineData("https://[64:ff9b::7f00:1]/")]
    [InlineData("https://[2002:7f00:1::]/")]
    [InlineData("https://[fe80::1]/")]
    [InlineData("https://localhost/")]
    public async Task Refuses_private_addresses_however_they_are_written(string url)
    {
        _world.Set("Http:AllowPrivateAddresses", "false");
        var failed = Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { url }));
        Assert.Contains("Http:AllowPrivateAddresses", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_plain_http_unless_private_addresses_are_allowed()
    {
        _world.Set("Http:AllowPrivateAddresses", null);
        Assert.Contains("https", Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { url = Url })).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_a_private_address_after_rebinding()
    {
        // One look-up a call: what is checked is what is connected to, and the next call is checked anew.
        var lookups = 0;
        _world.Set("Http:AllowPrivateAddresses", "false").Set("Http:Timeout", "00:00:00.5");
        _world.Resolver = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(lookups++ == 0 ? "192.0.2.1" : "127.0.0.1")]);
        var url = $"https://rebind.example:{_world.Target.Url.Port}/in";
        for (var i = 0; i < 5; i++)
        {
            Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { url }));
        }

        Assert.Equal(5, lookups);
        Assert.Empty(_world.Target.Requests);
    }

    [Fact]
    public async Task Skips_the_private_ones_among_several_addresses()
    {
        _world.Set("Http:AllowPrivateAddresses", "false");
        _world.Resolver = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.IPv6Loopback, IPAddress.Parse("10.0.0.1")]);
        Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { url = $"https://mixed.example:{_world.Target.Url.Port}/in" }));
    }

    [Fact]
    public async Task Tries_again_when_a_name_is_not_known()
    {
        _world.Resolver = (_, _) => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound);
        Assert.IsType<ActionOutcome.RetryLater>(await RunAsync(new { url = "https://nobody.example/" }));
    }

    private string Url => new Uri(_world.Target.Url, "in").AbsoluteUri;

    private Task<ActionOutcome> RunAsync(object arguments) => _world.RunAsync("http", arguments);
}
