using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Intake;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Intake;

public sealed class SignatureTests(IntakeWorld world) : IClassFixture<IntakeWorld>
{
    private static readonly byte[] Body = """{"ref":"refs/heads/main","repository":{"full_name":"acme/shop"}}"""u8.ToArray();

    private static readonly string Right = RawHttp.Sign(Body);

    public static TheoryData<string, string[]> Wrong => new()
    {
        { "missing", [] },
        { "empty", [Signature("")] },
        { "only the prefix", [Signature("sha256=")] },
        { "garbage", [Signature("sha256=zz" + Right[9..])] },
        { "no hex at all", [Signature("let me in")] },
        { "truncated", [Signature(Right[..^1])] },
        { "a byte short", [Signature(Right[..^2])] },
        { "a byte long", [Signature(Right + "00")] },
        { "doubled", [Signature(Right + Right[7..])] },
        { "twice the header", [Signature(Right), Signature(Right)] },
        { "two in one header", [Signature($"{Right}, {Right}")] },
        { "uppercase", [Signature(Right.ToUpperInvariant())] },
        { "without the prefix", [Signature(Right[7..])] },
        { "another prefix", [Signature("sha1=" + Right[7..])] },
        { "sha-1 under its own header", ["X-Hub-Signature: sha1=" + Sha1()] },
        { "sha-1 under this header", [Signature("sha1=" + Sha1())] },
        { "another secret", [Signature(RawHttp.Sign(Body, "It's a Secret to Nobody"))] },
        { "an empty secret", [Signature(RawHttp.Sign(Body, "\0"))] },
        { "another body", [Signature(RawHttp.Sign("{}"u8))] },
        { "all zero", [Signature("sha256=" + new string('0', 64))] },
        { "huge", [Signature("sha256=" + new string('a', 16_000))] },
        { "not ascii", [Signature("sha256=" + string.Concat(Enumerable.Repeat("Ã©", 64)))] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Refuses_a_wrong_signature_without_telling_what_was_wrong(string what, string[] signature)
    {
        var reference = await SendAsync(Signature("sha256=" + new string('1', 64)));

        var answer = await SendAsync(signature);

        Assert.Equal(401, reference.Status);
        Assert.True(reference.WithoutDate == answer.WithoutDate, $"{what} is answered {answer.Text}, not {reference.Text}");
        Assert.DoesNotContain(Right[7..], answer.Text, StringComparison.OrdinalIgnoreCase);
        await world.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("\uFEFF{\"a\":1}")]
    [InlineData("{\r\n  \"a\": 1\r\n}\r\n")]
    [InlineData("{\"a\":\"\\u00e9 é 🙂\"}")]
    public async Task Verifies_the_bytes_as_they_came(string body)
    {
        await using var bot = await RunningBot.StartAsync();
        var bytes = Encoding.UTF8.GetBytes(body);
        byte[] reencoded = [.. Encoding.UTF8.GetBytes(System.Text.Json.Nodes.JsonNode.Parse(body.TrimStart('\uFEFF'))!.ToJsonString())];

        using var forged = await bot.Client.SendAsync(Sign(reencoded, RawHttp.Sign(bytes)), TestContext.Current.CancellationToken);
        using var answer = await bot.Client.SendAsync(Sign(bytes, RawHttp.Sign(bytes)), TestContext.Current.CancellationToken);

        Assert.Equal(401, (int)forged.StatusCode);
        Assert.Equal(202, (int)answer.StatusCode);
        var id = answer.Headers.Location!.ToString().Split('/')[^1];
        Assert.Equal("ignored", (await bot.FinishedAsync(id)).GetProperty("status").GetString());
        var held = await bot.Services.GetRequiredService<WebhookBot.Journal.IJournal>().FindAsync(id, TestContext.Current.CancellationToken);
        Assert.Equal(bytes, held!.Delivery.Body.ToArray());
    }

    [Fact]
    public async Task Accepts_none_of_twenty_thousand_mutations()
    {
        await using var bot = await RunningBot.StartAsync();
        var intake = bot.Services.GetRequiredService<IntakeEndpoint>();
        var random = new Random(20260501);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 20_000; i++)
        {
            var (body, signature) = Mutate(random);
            var http = Request(body, signature);

            await intake.HandleAsync(http);

            // The same bytes in another spelling of their hex digits are the same signature.
            var isSame = body.SequenceEqual(Body) && signature is not null && signature.Equals(Right, StringComparison.OrdinalIgnoreCase) && signature.StartsWith("sha256=", StringComparison.Ordinal);
            Assert.True(isSame || http.Response.StatusCode == 401, $"mutation {i}: {http.Response.StatusCode} for {signature} over {Encoding.UTF8.GetString(body)}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"20,000 mutations in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
    }

    private static string Signature(string value) => "X-Hub-Signature-256: " + value;

#pragma warning disable CA5350 // What must not be accepted.
    private static string Sha1() => Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(RunningBot.GitHubSecret), Body));
#pragma warning restore CA5350

    private static HttpRequestMessage Sign(byte[] body, string signature)
    {
        var request = RunningBot.GitHubRequest("push", body, Guid.NewGuid().ToString());
        request.Headers.Remove("X-Hub-Signature-256");
        request.Headers.Add("X-Hub-Signature-256", signature);
        return request;
    }

    private static (byte[] Body, string? Signature) Mutate(Random random)
    {
        var (body, signature) = (Body.ToList(), Right.ToCharArray().ToList());
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            switch (random.Next(9))
            {
                case 0: body[random.Next(body.Count)] ^= (byte)(1 << random.Next(8)); break;
                case 1: body.Insert(random.Next(body.Count), (byte)random.Next(256)); break;
                case 2: body.RemoveAt(random.Next(body.Count)); break;
                case 3: body.Reverse(random.Next(body.Count / 2), 2); break;
                case 4: body.AddRange(body.Take(random.Next(1, 20)).ToList()); break;
                case 5: signature[random.Next(signature.Count)] = (char)random.Next(32, 127); break;
                case 6: signature.RemoveAt(random.Next(signature.Count)); break;
                case 7: signature.Insert(random.Next(signature.Count), "0123456789abcdef"[random.Next(16)]); break;
                default: return ([.. body], random.Next(2) == 0 ? null : "");
            }
        }

        return ([.. body], new string([.. signature]));
    }

    private static DefaultHttpContext Request(byte[] body, string? signature)
    {
        var http = new DefaultHttpContext { Request = { Method = "POST", ContentType = "application/json", ContentLength = body.Length, Body = new MemoryStream(body) } };
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        http.Request.RouteValues["source"] = "github";
        http.Request.Headers["X-GitHub-Event"] = "push";
        http.Request.Headers["X-GitHub-Delivery"] = "6f1e2d3c-0000-4000-8000-000000000001";
        if (signature is not null)
        {
            http.Request.Headers["X-Hub-Signature-256"] = signature;
        }

        return http;
    }

    private Task<RawAnswer> SendAsync(params string[] signature) => RawHttp.SendAsync(
        world.Server, RawHttp.Post("/hooks/github", Body, ["Content-Type: application/json", "X-GitHub-Event: push", "X-GitHub-Delivery: 6f1e2d3c-0000-4000-8000-000000000002", .. signature]));
}
