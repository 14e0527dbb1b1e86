using System.Diagnostics;
using System.Text.Json;

namespace WebhookBot.Tests.Peers;

/// <summary>What a sender's own library is asked to sign; or to verify, when there is a signature.</summary>
/// <param name="Library">The npm package: <c>standardwebhooks</c>, <c>svix</c> or <c>stripe</c>.</param>
/// <param name="Secret">The secret, as it stands in the setting.</param>
/// <param name="Id">The message's id.</param>
/// <param name="Timestamp">Unix seconds.</param>
/// <param name="Body">The body.</param>
/// <param name="Signature">The value of the signature's header; null to have it made.</param>
public sealed record VendorQuestion(string Library, string Secret, string Id, long Timestamp, string Body, string? Signature = null);

/// <summary>The senders' own libraries, run with Node; skips the test without them.</summary>
public static class VendorLibraries
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The value of the signature's header.</summary>
    public static async Task<string> SignAsync(VendorQuestion question) => (await AskAsync(question)).GetProperty("signature").GetString()!;

    /// <summary>Whether the library takes it.</summary>
    public static async Task<bool> VerifyAsync(VendorQuestion question) => (await AskAsync(question)).GetProperty("verified").GetBoolean();

    private static async Task<JsonElement> AskAsync(VendorQuestion question)
    {
        foreach (var package in new[] { "standardwebhooks", "svix", "stripe" })
        {
            Requires.Npm(package);
        }

        var start = new ProcessStartInfo(Requires.Tool("node"), [Repository.PathOf("tests", "peers", "vendors.mjs")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(question, Json));
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? JsonElement.Parse(await output) : throw new InvalidOperationException($"vendors.mjs ended with {process.ExitCode}: {await errors}");
    }
}
