using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace WebhookBot.Tests.Peers;

/// <summary>That the peers do what the tests that use them take for granted.</summary>
public sealed class PeerTests
{
    [Fact]
    public async Task Alertmanager_posts_an_alert_when_it_fires_and_when_it_is_resolved()
    {
        await using var listener = await LoopbackListener.StartAsync();
        await using var alertmanager = await RealAlertmanager.StartAsync(new Uri(listener.Address, "/hooks/alertmanager"), "a-token");

        var alert = await alertmanager.FireAsync(new Dictionary<string, string> { ["alertname"] = "DiskFull", ["severity"] = "page" });
        var firing = await listener.NextAsync(TimeSpan.FromSeconds(30), () => alertmanager.Log);
        await alertmanager.ResolveAsync(alert);
        var resolved = await listener.NextAsync(TimeSpan.FromSeconds(30), () => alertmanager.Log);

        Assert.Equal(("POST", "/hooks/alertmanager"), (firing.Method, firing.Path));
        Assert.Equal("Bearer a-token", firing.Headers["Authorization"]);
        Assert.Equal(["firing", "resolved"], new[] { firing, resolved }.Select(StatusOf));
    }

    [Fact]
    public async Task GitHubs_signer_signs_its_example_payloads_with_the_secret()
    {
        var examples = await OctokitSigner.SignExamplesAsync("It's a Secret to Everybody");

        Assert.Equal(329, examples.Count);
        Assert.All(examples, example => Assert.Equal(Hmac("It's a Secret to Everybody", example.Body), example.Signature));
        Assert.Contains(examples, example => example is { Event: "pull_request", Action: "opened" });
    }

    [Fact]
    public async Task GitHubs_verifier_tells_a_right_signature_from_a_wrong_one()
    {
        var verdicts = await OctokitSigner.VerifyAsync(
            "secret",
            ("{\"zen\":\"é 🙂\"}", Hmac("secret", "{\"zen\":\"é 🙂\"}")),
            ("{}", Hmac("other", "{}")));

        Assert.Equal([true, false], verdicts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--data")]
    public async Task The_shim_delays_flushes_to_disk(string option)
    {
        var shim = Requires.FsyncShim();
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo(Requires.Tool("sync")) { Environment = { ["LD_PRELOAD"] = shim, ["FSYNC_DELAY_US"] = "200000" } };
        foreach (var argument in new[] { option, folder.Write("file", "text") }.Where(argument => argument.Length > 0))
        {
            start.ArgumentList.Add(argument);
        }

        var took = Stopwatch.StartNew();
        await using var sync = ChildProcess.Start(start);
        Assert.Equal(0, await sync.WaitForExitAsync(TimeSpan.FromSeconds(30)));

        Assert.True(took.Elapsed >= TimeSpan.FromMilliseconds(200), $"took {took.Elapsed}; {sync.Output}");
    }

    [Fact]
    public async Task A_server_that_ends_before_it_is_ready_is_reported_with_its_output()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => ChildProcess.StartServerAsync(
            _ => ChildProcess.Start(new ProcessStartInfo("/bin/sh", ["-c", "echo no secret >&2; exit 3"])), "/", TimeSpan.FromSeconds(30)));

        Assert.Contains("ended with 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_can_be_asked_to_end_and_made_to_end()
    {
        await using var polite = ChildProcess.Start(new ProcessStartInfo("/bin/sh", ["-c", "trap 'exit 7' TERM; echo up; while :; do sleep 0.05; done"]));
        while (!polite.Output.Contains("up", StringComparison.Ordinal))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        polite.Terminate();
        Assert.Equal(7, await polite.WaitForExitAsync(TimeSpan.FromSeconds(30)));

        await using var stubborn = ChildProcess.Start(new ProcessStartInfo("sleep", ["600"]));
        stubborn.Kill();
        Assert.Equal(128 + 9, await stubborn.WaitForExitAsync(TimeSpan.FromSeconds(30)));
    }

    private static string StatusOf(ReceivedRequest request)
    {
        using var body = JsonDocument.Parse(request.Body);
        return body.RootElement.GetProperty("status").GetString()!;
    }

    private static string Hmac(string secret, string body) =>
        "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));
}
