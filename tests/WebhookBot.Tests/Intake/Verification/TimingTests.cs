using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using WebhookBot.Clients;
using WebhookBot.Intake;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Intake.Verification;

/// <summary>How long it takes to refuse a signature tells nothing about the right one.</summary>
[Collection(nameof(Alone))]
public sealed class TimingTests
{
    private const string Key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Another = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    private const int Samples = 20_000;
    private const int AskedSamples = 4_000;
    private const int Attempts = 3;
    private const double LargestT = 4.5;

    private static readonly byte[] Body = RandomNumberGenerator.GetBytes(2_000);
    private static readonly SourceSecret[] Secrets = [new("FIRST", new Secret("the first secret")), new("SECOND", new Secret("the second secret"))];
    private static readonly string Right = RawHttp.Sign(Body, "the first secret");

    [Fact]
    public async Task Takes_as_long_for_a_wrong_first_byte_as_for_a_wrong_last_one() => await AssertAlikeAsync(
        Request(Right[..7] + (Right[7] == '0' ? '1' : '0') + Right[8..]),
        Request(Right[..^1] + (Right[^1] == '0' ? '1' : '0')));

    [Fact]
    public async Task Takes_as_long_for_the_first_secret_as_for_the_second() => await AssertAlikeAsync(Request(Right), Request(RawHttp.Sign(Body, "the second secret")));

    [Fact]
    public async Task Takes_as_long_for_a_token_that_is_nearly_right_as_for_another() => await AssertAlikeAsync(
        Token("the first secreT"), Token("The first secret"), "gitlab");

    // As its sender sees it: over a connection, to the answer's last byte.
    [Theory]
    [InlineData("missing")]
    [InlineData("of another algorithm")]
    [InlineData("doubled")]
    [InlineData("stale")]
    [InlineData("stale and right")]
    [InlineData("for a source without a usable secret")]
    public async Task Takes_as_long_for_a_wrong_signature_as_for_one_that_is(string what)
    {
        using var folder = new TemporaryFolder();
        folder.Write("rules/sources.yml", """
            sources:
              keyed: { preset: standard-webhooks, secret: KEYED }
              wrong: { preset: standard-webhooks, secret: WRONG }
            """);
        await using var bot = await RunningBot.StartAsync("", [new("KEYED", Key), new("WRONG", "whsec_!"), new("Intake:UnverifiedBurst", "10000000")], folder);
        using var connection = await Connection.OpenAsync(bot.Client.BaseAddress!);
        var wrong = Signed("keyed", 0, Another);
        var other = what switch
        {
            "missing" => Signed("keyed", 0, null),
            "of another algorithm" => Signed("keyed", 0, "v1a," + Another[3..]),
            "doubled" => Signed("keyed", 0, $"{Another}\r\nwebhook-signature: {Another}"),
            "stale" => Signed("keyed", -3000, Another),
            "stale and right" => Signed("keyed", -3000, Standard("1", DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 3000)),
            _ => Signed("wrong", 0, Another),
        };

        await AssertAlikeAsync(() => connection.AskAsync(wrong), () => connection.AskAsync(other), AskedSamples);
    }

    private static string Standard(string id, long time) => "v1," + Convert.ToBase64String(HMACSHA256.HashData(
        Convert.FromBase64String(Key[6..]), Encoding.UTF8.GetBytes($"{id}.{time}.").Concat(Body).ToArray()));

    private static byte[] Signed(string source, int off, string? signature) =>
        [.. Encoding.ASCII.GetBytes(
            $"POST /hooks/{source} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\nwebhook-id: 1\r\n" +
            $"webhook-timestamp: {DateTimeOffset.UtcNow.ToUnixTimeSeconds() + off}\r\n{(signature is null ? "" : $"webhook-signature: {signature}\r\n")}\r\n"), .. Body];

    private static IncomingRequest Request(string signature)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers["X-Hub-Signature-256"] = signature;
        return new IncomingRequest(http, "", Body);
    }

    private static IncomingRequest Token(string token)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers["X-Gitlab-Token"] = token;
        return new IncomingRequest(http, "", Body);
    }

    private static Task AssertAlikeAsync(IncomingRequest one, IncomingRequest other, string preset = "github")
    {
        var input = new CheckInput(Secrets, _ => [], new CheckTools(TimeProvider.System, null!, null));
        var verifier = WebhookVerifier.Create(PresetCatalog.Find(preset)!, input);
        return AssertAlikeAsync(() => VerifyAsync(one), () => VerifyAsync(other), Samples);

        async ValueTask VerifyAsync(IncomingRequest request) => await verifier.VerifyAsync(request, CancellationToken.None);
    }

    // A machine that is busy with something else may favour one of the two once; a leak favours it each time.
    private static async Task AssertAlikeAsync(Func<ValueTask> one, Func<ValueTask> other, int samples)
    {
        await MeasureAsync(one, other, samples / 4);
        var found = new List<double>();
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (a, b) = await MeasureAsync(one, other, samples);
            found.Add(Math.Abs(Welch(Trim(a), Trim(b))));
            if (found[^1] < LargestT)
            {
                return;
            }
        }

        Assert.Fail($"the times differ each time: t = {string.Join(", ", found.Select(t => $"{t:0.0}"))}");
    }

    // In pairs, each in an order of its own.
    private static async Task<(List<double> One, List<double> Other)> MeasureAsync(Func<ValueTask> one, Func<ValueTask> other, int samples)
    {
        var random = new Random(samples);
        var (a, b) = (new List<double>(samples), new List<double>(samples));
        for (var i = 0; i < samples; i++)
        {
            var isFirst = random.Next(2) == 0;
            (isFirst ? a : b).Add(await TimeAsync(isFirst ? one : other));
            (isFirst ? b : a).Add(await TimeAsync(isFirst ? other : one));
        }

        return (a, b);
    }

    private static async ValueTask<double> TimeAsync(Func<ValueTask> what)
    {
        var started = Stopwatch.GetTimestamp();
        await what();
        return Stopwatch.GetTimestamp() - started;
    }

    // Without the slowest percent, which the machine made slow.
    private static List<double> Trim(List<double> times) => [.. times.Order().Take(times.Count * 99 / 100)];

    private static double Welch(List<double> a, List<double> b)
    {
        var (meanA, meanB) = (a.Average(), b.Average());
        double Variance(List<double> times, double mean) => times.Sum(t => (t - mean) * (t - mean)) / (times.Count - 1) / times.Count;
        return (meanA - meanB) / Math.Sqrt(Variance(a, meanA) + Variance(b, meanB));
    }

    /// <summary>A connection that is kept, on which every answer is 401 and of one length.</summary>
    private sealed class Connection(Socket socket) : IDisposable
    {
        private readonly byte[] _answer = new byte[4096];
        private int _length;

        public static async Task<Connection> OpenAsync(Uri server)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(server.Host, server.Port);
            return new Connection(socket);
        }

        public async ValueTask AskAsync(byte[] request)
        {
            await socket.SendAsync(request);
            var read = 0;
            do
            {
                read += await socket.ReceiveAsync(_answer.AsMemory(read));
            }
            while (_length == 0 ? _answer[read - 1] != '}' : read < _length);

            _length = read;
            Assert.StartsWith("HTTP/1.1 401 ", Encoding.ASCII.GetString(_answer, 0, 13), StringComparison.Ordinal);
        }

        public void Dispose() => socket.Dispose();
    }
}
