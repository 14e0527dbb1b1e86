using System.IO.Compression;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Intake;

/// <summary>Bodies that are signed and yet cannot be worked off, and those that only look so.</summary>
public sealed class BodyTests(IntakeWorld world) : IClassFixture<IntakeWorld>
{
    // Rules that read whatever stands in the body.
    private const string Rules = """
        rules:
          reads:
            on: [github.*, github.of_a_kind_nobody_knows.*]
            mode: shadow
            if: { number: { gt: 3 } }
            then:
              - slack.post: { channel: "#dev", text: "{{title}} {{number}} {{json extra}}" }
              - github.comment: { key: "{{title}}", body: "{{title}}" }
              - http: { method: POST, url: "https://example.com/", body: { title: "{{title}}", extra: "{{json extra}}" } }
            else:
              - github.label: { add: ["{{title}}"] }
          matches:
            on: [github.*, github.of_a_kind_nobody_knows.*]
            if:
              any:
                - { title: { matches: "a+" } }
                - { title: "*x*" }
                - { extra.deep: { contains: y } }
            then:
              - slack.post: { channel: "#dev", key: "{{title}}", text: "x" }
        """;

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{\"a\":", "not JSON")]
    [InlineData("{\"a\":1} x", "not JSON")]
    [InlineData("{}{}", "not JSON")]
    [InlineData("{\"a\":1,}", "not JSON")]
    [InlineData("{\"a\":1 /* no */}", "not JSON")]
    [InlineData("{'a':1}", "not JSON")]
    [InlineData("{\"a\":NaN}", "not JSON")]
    [InlineData("{\"a\":01}", "not JSON")]
    [InlineData("{\"a\":\"\u0001\"}", "not JSON")]
    [InlineData("\"text\"", "neither a JSON object nor an array")]
    [InlineData("1e400", "neither a JSON object nor an array")]
    [InlineData("null", "neither a JSON object nor an array")]
    [InlineData("true", "neither a JSON object nor an array")]
    [InlineData("{\"a\":1,\"a\":2}", "a key twice")]
    [InlineData("{\"x\":{\"a\":1,\"a\":1}}", "a key twice")]
    [InlineData("{\"x\":[[{\"a\":1,\"b\":{},\"a\":1}]]}", "a key twice")]
    [InlineData("{\"a\":1,\"\\u0061\":2}", "a key twice")]
    [InlineData("{\"\\u0061\":1,\"a\":2}", "a key twice")]
    [InlineData("{\"\":1,\"\":2}", "a key twice")]
    [InlineData("{\"\\ud800\":1,\"\\ud800\":2}", "a key twice")]
    [InlineData("{\"action\":\"opened\",\"action\":\"closed\"}", "a key twice")]
    public async Task Refuses_a_signed_body_that_is_no_plain_json(string body, string detail)
    {
        var answer = await SendAsync(Encoding.UTF8.GetBytes(body));

        Assert.Equal(400, answer.Status);
        Assert.Contains(detail, answer.Text, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer.Text, StringComparison.Ordinal);
        await world.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Refuses_a_key_that_comes_again_after_a_thousand_others()
    {
        var keys = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"k{i}\":{{\"k{i}\":0}}"));
        var answer = await SendAsync(Encoding.UTF8.GetBytes($"{{{keys},\"k3\":0}}"));

        Assert.Equal(400, answer.Status);
        Assert.Contains("a key twice", answer.Text, StringComparison.Ordinal);
        await world.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Tells_keys_apart_wherever_they_differ_and_finds_the_one_that_comes_again()
    {
        var keys = Enumerable.Range(1, 40).SelectMany(length => Enumerable.Range(0, length).Select(at => new string('a', at) + 'b' + new string('a', length - at - 1))).ToList();
        string Body(IEnumerable<string> names) => $"{{{string.Join(',', names.Select(name => $"\"{name}\":0"))}}}";

        // What is wrong comes after all keys, so they were told apart.
        Assert.Contains("not JSON", (await SendAsync(Encoding.UTF8.GetBytes(Body(keys) + "x"))).Text, StringComparison.Ordinal);
        foreach (var again in keys.Where((_, i) => i % 37 == 0))
        {
            Assert.Contains("a key twice", (await SendAsync(Encoding.UTF8.GetBytes(Body([.. keys, again])))).Text, StringComparison.Ordinal);
        }

        await world.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(40)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    public async Task Finds_the_key_that_comes_again_among_so_many(int count)
    {
        foreach (var again in Enumerable.Range(0, count).Where(i => i % 9 == 0 || i >= count - 2))
        {
            var keys = Enumerable.Range(0, count).Append(again).Select(i => $"\"key_{i}_url\":{{\"key_{again}_url\":0}}");
            Assert.Contains("a key twice", (await SendAsync(Encoding.UTF8.GetBytes($"{{\"in\":{{{string.Join(',', keys)}}}}}"))).Text, StringComparison.Ordinal);
        }

        await world.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xC0, 0xAF, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xED, 0xA0, 0x80, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    public async Task Refuses_a_signed_body_that_is_no_utf8(byte[] body)
    {
        var answer = await SendAsync(body);

        Assert.Equal(400, answer.Status);
        Assert.Contains("not UTF-8", answer.Text, StringComparison.Ordinal);
        await world.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Refuses_sixty_five_levels()
    {
        var answer = await SendAsync(Encoding.UTF8.GetBytes(Nested(65)));

        Assert.Equal(400, answer.Status);
        Assert.Contains("deeper than 64 levels", answer.Text, StringComparison.Ordinal);
        await world.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Tells_that_a_body_was_cut_off_or_is_too_much_for_one_delivery()
    {
        byte[] many = [(byte)'[', .. Enumerable.Repeat("{},"u8.ToArray(), 7_300_000).SelectMany(x => x), .. "{}]"u8];
        var answer = await SendAsync(many);

        Assert.InRange(many.Length, 21_000_000, 23_000_000);
        Assert.Equal(400, answer.Status);
        Assert.Contains("more than 1,000,000 JSON tokens", answer.Text, StringComparison.Ordinal);
        await world.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("{\"title\":\"\\ud800\",\"extra\":{\"deep\":\"\\udc00y\"},\"number\":4}")]
    [InlineData("{\"action\":\"\\ud800\",\"title\":{\"\\ud800\":1},\"extra\":[\"\\udfff\"],\"number\":4}")]
    [InlineData("{\"repository\":{\"full_name\":\"\\ud800/x\"},\"issue\":{\"number\":3,\"title\":\"\\ud800\"},\"title\":\"\\ud800\",\"number\":4}")]
    [InlineData("{\"repository\":{\"full_name\":\"acme/shop\"},\"pull_request\":{\"number\":\"\\ud800\"},\"installation\":{\"id\":\"\\ud800\"},\"number\":\"\\ud800\"}")]
    [InlineData("{\"number\":1e400,\"title\":-1e-400,\"extra\":1e999999999}")]
    [InlineData("{\"number\":123456789012345678901234567890123456789012345678901234567890,\"title\":0.1e-9999}")]
    [InlineData("{\"number\":9223372036854775808,\"issue\":{\"number\":99999999999999999999},\"repository\":{\"full_name\":\"acme/shop\"}}")]
    [InlineData("{\"a\":{\"a\":1},\"b\":{\"a\":1},\"\":{\"\":\"\"},\"title\":\"\\u0000\\u001b[31m\"}")]
    [InlineData("{\"title\":\"{{number}} {{#each extra}}\",\"number\":5,\"extra\":{\"deep\":[[],{},null,\"xy\"]}}")]
    [InlineData("[]")]
    [InlineData("[{\"number\":1}]")]
    [InlineData("{}")]
    public async Task Takes_and_works_off_strange_json(string body)
    {
        await using var bot = await RunningBot.StartAsync(Rules);

        var id = await bot.SendGitHubAsync("issues", body);
        var delivery = await bot.FinishedAsync(id);

        Assert.True(delivery.GetProperty("problem").ValueKind == JsonValueKind.Null, delivery.ToString());
        Assert.Equal(2, delivery.GetProperty("rules").GetArrayLength());
        Assert.NotEqual(JsonValueKind.Null, delivery.GetProperty("payload").ValueKind);
        using var list = await bot.Client.GetAsync("/api/deliveries", TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)list.StatusCode);
    }

    [Fact]
    public async Task Takes_sixty_four_levels()
    {
        await using var bot = await RunningBot.StartAsync(Rules);

        var deep = await bot.FinishedAsync(await bot.SendGitHubAsync("push", Nested(64)));

        Assert.Equal("done", deep.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Takes_twenty_four_megabytes()
    {
        await using var bot = await RunningBot.StartAsync(Rules);

        await bot.SendGitHubAsync("push", $"{{\"title\":\"x\",\"padding\":\"{new string('x', 24_000_000)}\"}}");

        // The list, because a delivery on its own comes with its payload.
        await Poll.UntilAsync(
            () => bot.Client.GetFromJsonAsync<JsonElement>("/api/deliveries", TestContext.Current.CancellationToken),
            list => list.GetProperty("items")[0].GetProperty("status").GetString() == "done");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonp")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/json, text/plain")]
    [InlineData("\"application/json\"")]
    public async Task Refuses_another_content_type_and_says_what_to_do(string? contentType)
    {
        var body = "payload=%7B%7D"u8.ToArray();
        string[] headers = [.. RawHttp.GitHubHeaders(body)[1..], .. contentType is null ? Array.Empty<string>() : [$"Content-Type: {contentType}"]];

        var answer = await RawHttp.SendAsync(world.Server, RawHttp.Post("/hooks/github", body, headers));

        Assert.Equal(415, answer.Status);
        Assert.Contains("x-www-form-urlencoded is not read", answer.Text, StringComparison.Ordinal);
        await world.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Refuses_a_compressed_body_unread()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(new byte[20_000_000]);
        }

        foreach (var encoding in new[] { "gzip", "br", "deflate", "gzip, identity", "identity, gzip" })
        {
            var body = bomb.ToArray();
            var answer = await RawHttp.SendAsync(world.Server, RawHttp.Post("/hooks/github", body, [.. RawHttp.GitHubHeaders(body), $"Content-Encoding: {encoding}"]));

            Assert.Equal(415, answer.Status);
            Assert.Contains("Content-Encoding", answer.Text, StringComparison.Ordinal);
        }

        await world.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("/hooks/github", 26_214_401)]
    [InlineData("/hooks/alertmanager", 1_048_577)]
    public async Task Refuses_a_body_that_is_announced_as_too_large_unread(string path, int length)
    {
        var request = Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");

        var answer = await RawHttp.SendAsync(world.Server, request);

        Assert.Equal(413, answer.Status);
        await world.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("/hooks/github", 27_262_976)]
    [InlineData("/hooks/alertmanager", 1_200_000)]
    public async Task Refuses_a_chunked_body_when_it_grows_too_large(string path, int length)
    {
        var answer = await RawHttp.SendAsync(
            world.Server, RawHttp.BeginChunked(path, "Content-Type: application/json"), stream => RawHttp.WriteChunksAsync(stream, length));

        Assert.Equal(413, answer.Status);
        await world.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Gives_a_body_that_ends_early_up()
    {
        var request = Encoding.ASCII.GetBytes("POST /hooks/github HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nFFFFF\r\n{}\r\nnonsense");

        var answer = await RawHttp.SendAsync(world.Server, request, stream =>
        {
            ((System.Net.Sockets.NetworkStream)stream).Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            return Task.CompletedTask;
        });

        Assert.True(answer.Status is 0 or 400, answer.Text);
        await world.AssertUnharmedAsync();
    }

    private static string Nested(int levels) => string.Concat(Enumerable.Repeat("{\"a\":", levels - 1)) + "{}" + new string('}', levels - 1);

    private Task<RawAnswer> SendAsync(byte[] body) => RawHttp.SendAsync(world.Server, RawHttp.Post("/hooks/github", body, RawHttp.GitHubHeaders(body)));

    [Fact]
    public async Task Hangs_up_on_who_sends_a_body_by_drops()
    {
        var drop = new byte[100];
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var drops = 0;

        var answer = await RawHttp.SendAsync(world.Server, RawHttp.Begin("/hooks/github", 250_000, RawHttp.GitHubHeaders([])), async stream =>
        {
            for (; drops < 600 && await ticks.WaitForNextTickAsync(); drops++)
            {
                await stream.WriteAsync(drop);
            }
        });

        Assert.True(answer.Status is 400 or 408 or 0, answer.Text);
        Assert.InRange(drops, 1, 599);
        await world.AssertUnharmedAsync();
    }
}
