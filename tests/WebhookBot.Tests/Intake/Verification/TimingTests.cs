using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using WebhookBot.Clients;
using WebhookBot.Intake;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Intake.Verification;

/// <summary>How long it takes to refuse a signature tells nothing about the right one.</summary>
[Collection(nameof(Alone))]
public sealed class TimingTests
{
    private const int Samples = 20_000;
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

    // A machine that is busy with something else may favour one of the two once; a leak favours it each time.
    private static async Task AssertAlikeAsync(IncomingRequest one, IncomingRequest other, string preset = "github")
    {
        var input = new CheckInput(Secrets, _ => [], new CheckTools(TimeProvider.System, null!, null));
        var verifier = WebhookVerifier.Create(PresetCatalog.Find(preset)!, input);
        await MeasureAsync(verifier, one, other, Samples / 4);
        var found = new List<double>();
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (a, b) = await MeasureAsync(verifier, one, other, Samples);
            found.Add(Math.Abs(Welch(Trim(a), Trim(b))));
            if (found[^1] < LargestT)
            {
                return;
            }
        }

        Assert.Fail($"the times differ each time: t = {string.Join(", ", found.Select(t => $"{t:0.0}"))}");
    }

    // In pairs, each in an order of its own.
    private static async Task<(List<double> One, List<double> Other)> MeasureAsync(WebhookVerifier verifier, IncomingRequest one, IncomingRequest other, int samples)
    {
        var random = new Random(samples);
        var (a, b) = (new List<double>(samples), new List<double>(samples));
        for (var i = 0; i < samples; i++)
        {
            var isFirst = random.Next(2) == 0;
            (isFirst ? a : b).Add(await TimeAsync(verifier, isFirst ? one : other));
            (isFirst ? b : a).Add(await TimeAsync(verifier, isFirst ? other : one));
        }

        return (a, b);
    }

    private static async ValueTask<double> TimeAsync(WebhookVerifier verifier, IncomingRequest request)
    {
        var started = Stopwatch.GetTimestamp();
        await verifier.VerifyAsync(request, CancellationToken.None);
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
}
