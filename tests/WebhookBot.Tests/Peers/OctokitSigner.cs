using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace WebhookBot.Tests.Peers;

/// <summary>One of GitHub's example payloads, signed by GitHub's own signer.</summary>
/// <param name="Event">The value of X-GitHub-Event.</param>
/// <param name="Action">The payload's action; null when it has none.</param>
/// <param name="Index">Which of the event's examples it is, from 0.</param>
/// <param name="Body">To be sent as UTF-8, byte for byte.</param>
/// <param name="Signature">The value of X-Hub-Signature-256.</param>
public sealed record SignedExample(string Event, string? Action, int Index, string Body, string Signature);

/// <summary>GitHub's own signer and verifier (<c>@octokit/webhooks-methods</c>), run with Node; skips the test without them.</summary>
public static class OctokitSigner
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Signs every payload of <c>@octokit/webhooks-examples</c>.</summary>
    /// <param name="secret">The webhook's secret.</param>
    /// <param name="folder"><c>api.github.com</c>, or a version of GitHub Enterprise Server such as <c>ghes-35</c>.</param>
    public static async Task<IReadOnlyList<SignedExample>> SignExamplesAsync(string secret, string folder = "api.github.com")
    {
        Requires.Npm("@octokit/webhooks-examples");
        var lines = await RunAsync(["sign", secret, folder], "");
        return [.. lines.Select(line => JsonSerializer.Deserialize<SignedExample>(line, Json)!)];
    }

    /// <summary>Whether the vendor's verifier accepts each of the signatures.</summary>
    public static async Task<IReadOnlyList<bool>> VerifyAsync(string secret, params (string Body, string Signature)[] deliveries)
    {
        var input = new StringBuilder();
        foreach (var (body, signature) in deliveries)
        {
            input.AppendLine(JsonSerializer.Serialize(new { body, signature }));
        }

        var lines = await RunAsync(["verify", secret], input.ToString());
        return [.. lines.Select(bool.Parse)];
    }

    private static async Task<string[]> RunAsync(string[] arguments, string input)
    {
        Requires.Npm("@octokit/webhooks-methods");
        var start = new ProcessStartInfo(Requires.Tool("node"), [Repository.PathOf("tests", "peers", "sign.mjs"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"sign.mjs ended with {process.ExitCode}: {await errors}");
    }
}
