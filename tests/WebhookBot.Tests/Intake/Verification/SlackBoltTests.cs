using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Intake;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Intake.Verification;

/// <summary>Slack's own framework and the bot judge the same requests at the same time.</summary>
public sealed class SlackBoltTests : IAsyncLifetime
{
    private const string Secret = "8f742231b10e8888abcd99yyyzzz85a5";
    private const string Body = "token=xyzz&command=%2Fdeploy&text=shop+%C3%A9&channel_id=C1&trigger_id=398738663015.47445629121";
    private const string Time = "X-Slack-Request-Timestamp";
    private const string Signature = "X-Slack-Signature";

    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private RunningBot _bot = null!;

    public async ValueTask InitializeAsync()
    {
        _folder.Write("rules/sources.yml", "sources:\n  talk: { preset: slack, secret: SLACK }\n");
        _bot = await RunningBot.StartAsync("", [new("SLACK", Secret)], _folder, services => services.AddSingleton<TimeProvider>(new StoppedClock()));
    }

    public async ValueTask DisposeAsync()
    {
        await _bot.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Takes_what_Bolt_takes_and_nothing_that_Bolt_refuses()
    {
        var right = Signed();
        Request[] requests =
        [
            new("right", right, IsTaken: true),
            new("300 s old", Signed(-300), IsTaken: true),
            new("301 s old", Signed(-301)),
            new("years old", Signed(-200_000_000)),
            new("300 s ahead", Signed(300), IsTaken: true),
            new("another body", right, Body: Body.Replace("shop", "ship", StringComparison.Ordinal)),
            new("a line break more", right, Body: Body + "\n"),
            new("no body", right, Body: ""),
            new("a second earlier than signed", [$"{Time}: {Now.ToUnixTimeSeconds() - 1}", right[1]]),
            new("another digit", [right[0], right[1][..^1] + (right[1][^1] == '0' ? '1' : '0')]),
            new("a digit short", [right[0], right[1][..^1]]),
            new("a digit more", [right[0], right[1] + "0"]),
            new("another version, signed as such", Signed(version: "v1")),
            new("another version", [right[0], right[1].Replace("v0=", "v1=", StringComparison.Ordinal)]),
            new("no version", [right[0], right[1].Replace("v0=", "", StringComparison.Ordinal)]),
            new("a version and nothing", [right[0], $"{Signature}: v0="]),
            new("an empty signature", [right[0], $"{Signature}: "]),
            new("no signature", [right[0]]),
            new("no time", [right[1]]),
            new("neither", []),
            new("the signature twice", [.. right, right[1]]),
            new("a wrong signature before", [right[0], $"{Signature}: v0={new string('0', 64)}", right[1]]),
            new("a wrong signature behind", [.. right, $"{Signature}: v0={new string('0', 64)}"]),
            new("the time twice", [.. right, right[0]]),
            new("an older time behind", [.. right, $"{Time}: 1"]),
            new("an empty time, signed", Signed(time: "")),
            new("another secret", Signed(secret: Secret + "0")),
            new("the hash of the body alone", [right[0], $"{Signature}: v0={Hash("", Secret)}"]),

            // The bot is stricter: Bolt reads no further than the second "=", and takes a time for fresh that is no number, not there, or to come.
            new("a time in words, signed", Signed(time: "now"), IsBoltsAlone: true),
            new("no time, signed as such", Signed(time: "undefined")[1..], IsBoltsAlone: true),
            new("more behind the signature", [right[0], right[1] + "=more"], IsBoltsAlone: true),
            new("301 s ahead", Signed(301), IsBoltsAlone: true),
            new("years ahead", Signed(200_000_000), IsBoltsAlone: true),
        ];

        var judged = await VendorLibraries.VerifyAsync(requests.Select(r => new BoltQuestion(Secret, Now.ToUnixTimeSeconds(), r.Body, r.AsInNode)));
        foreach (var (request, bolt) in requests.Zip(judged))
        {
            var (answer, what) = (await RawHttp.SendAsync(
                _bot.Client.BaseAddress!, RawHttp.Post("/hooks/talk", Encoding.UTF8.GetBytes(request.Body), [$"Content-Type: {FormBody.ContentType}", .. request.Headers])), request.What);
            Assert.True((request.IsTaken || request.IsBoltsAlone) == bolt, $"{what}: Bolt {(bolt ? "takes" : "refuses")} it");
            Assert.True((request.IsTaken ? 200 : 401) == answer.Status, $"{what}: the bot answers {answer.Status}");
        }
    }

    private static string[] Signed(int off = 0, string version = "v0", string? time = null, string secret = Secret)
    {
        var signed = time ?? $"{Now.ToUnixTimeSeconds() + off}";
        return [$"{Time}: {signed}", $"{Signature}: {version}={Hash($"{version}:{signed}:", secret)}"];
    }

    private static string Hash(string start, string secret) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(start + Body)));

    /// <param name="What">What is about it.</param>
    /// <param name="Headers">Its lines.</param>
    /// <param name="Body">Its body.</param>
    /// <param name="IsTaken">Whether both take it.</param>
    /// <param name="IsBoltsAlone">Whether Bolt takes it and the bot does not.</param>
    private sealed record Request(string What, string[] Headers, string Body = SlackBoltTests.Body, bool IsTaken = false, bool IsBoltsAlone = false)
    {
        public Dictionary<string, string> AsInNode => Headers.Select(h => h.Split(": ", 2)).GroupBy(h => h[0].ToLowerInvariant(), h => h[1], StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => string.Join(", ", g));
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
