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

/// <summary>A request as <c>@slack/bolt</c> is asked to verify it.</summary>
/// <param name="Secret">The signing secret.</param>
/// <param name="Now">Unix seconds.</param>
/// <param name="Body">The body.</param>
/// <param name="Headers">The headers, as Node has them: names in small letters, a header that comes twice joined by a comma.</param>
public sealed record BoltQuestion(string Secret, long Now, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Library { get; } = "bolt";
}

/// <summary>The senders' own libraries, run with Node; skips the test without them.</summary>
public static class VendorLibraries
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The value of the signature's header.</summary>
    public static async Task<string> SignAsync(VendorQuestion question) => (await AskAsync([question]))[0].GetProperty("signature").GetString()!;

    /// <summary>Whether the library takes it.</summary>
    public static async Task<bool> VerifyAsync(VendorQuestion question) => (await AskAsync([question]))[0].GetProperty("verified").GetBoolean();

    /// <summary>Which of them Bolt takes.</summary>
    public static async Task<IReadOnlyList<bool>> VerifyAsync(IEnumerable<BoltQuestion> questions) => [.. (await AskAsync(questions)).Select(a => a.GetProperty("verified").GetBoolean())];

    private static async Task<IReadOnlyList<JsonElement>> AskAsync(IEnumerable<object> questions)
    {
        foreach (var package in new[] { "standardwebhooks", "svix", "stripe", "@slack/bolt" })
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
        foreach (var question in questions)
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(question, Json));
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))] : throw new InvalidOperationException($"vendors.mjs ended with {process.ExitCode}: {await errors}");
    }
}
