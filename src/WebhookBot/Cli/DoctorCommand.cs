using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot doctor</c>: what is wrong with a running bot and its sources, each with the mend.</summary>
internal static class DoctorCommand
{
    private const int Refusals = 10;

    public static Command Create()
    {
        var server = BotClient.ServerOption();
        var command = new Command("doctor", """
            Looks a running bot over: whether it is ready, whether its rules are the ones in the files, and for each source whether
            anything came, and why what came last was refused.

            Exit codes: 0 nothing wrong, 1 something is, 2 bad usage or no answer.
            """) { server };
        command.SetAction((parsed, cancellation) => LookAsync(parsed.GetValue(server)!, cancellation));
        return command;
    }

    private static async Task<int> LookAsync(string server, CancellationToken cancellation)
    {
        using var bot = new BotClient(server);
        var findings = new List<Finding>
        {
            await ReadyAsync(bot, cancellation),
            await RulesAsync(bot, cancellation),
        };
        var sources = (await GetAsync(bot, "/api/sources", cancellation))["items"]!.AsArray();
        findings.AddRange(sources.Select(s => Source(s!, bot.Address)));
        foreach (var finding in findings)
        {
            Print(finding);
        }

        var wrong = findings.Count(f => f.IsWrong);
        Console.WriteLine();
        Console.WriteLine(wrong == 0 ? "Nothing is wrong." : $"{wrong} of {findings.Count} need{(wrong == 1 ? "s" : "")} a look.");
        return wrong == 0 ? 0 : 1;
    }

    private static async Task<Finding> ReadyAsync(BotClient bot, CancellationToken cancellation)
    {
        using var answer = await bot.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/readyz"), cancellation);
        return answer.IsSuccessStatusCode
            ? new Finding(false, $"the bot at {bot.Address} is ready")
            : new Finding(true, $"the bot at {bot.Address} is not ready", [await answer.Content.ReadAsStringAsync(cancellation)]);
    }

    private static async Task<Finding> RulesAsync(BotClient bot, CancellationToken cancellation) =>
        (string?)(await GetAsync(bot, "/api/rules", cancellation))["problem"] is { } problem
            ? new Finding(true, "the rule files have mistakes: the last good ones are in force", [problem, "run webhookbot check on the folder of rule files"])
            : new Finding(false, "the rules in force are those in the files");

    private static Finding Source(JsonNode source, Uri bot)
    {
        var name = (string?)source["name"];
        var refusals = source["refusals"]!.AsArray();
        var address = new Uri(bot, (string)source["path"]!);
        if ((bool?)source["lacks_secret"] == true)
        {
            return new Finding(true, $"{name} has no secret and refuses everything", [$"set {string.Join(" or ", source["secrets"]!.AsArray())}"]);
        }

        if (refusals.Count > 0)
        {
            var reasons = refusals.GroupBy(r => (string)r!["reason"]!).OrderByDescending(g => g.Count())
                .Select(g => $"{g.Count()} x {(int)g.Last()!["status"]!}, last at {(string?)g.Last()!["at"]} from {(string?)g.Last()!["peer"]}: {g.Key}");
            return new Finding(refusals.Count >= Refusals || source["last_received_at"] is null, $"{name}: the last {refusals.Count} were refused", [.. reasons]);
        }

        return source["last_received_at"] is { } at
            ? new Finding(false, $"{name}: received last at {(string?)at}")
            : new Finding(true, $"{name} never received anything", [$"enter {address} at the sender's, as docs/sources.md has it, or try it: webhookbot send"]);
    }

    private static async Task<JsonNode> GetAsync(BotClient bot, string path, CancellationToken cancellation)
    {
        using var answer = await bot.SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellation);
        if (!answer.IsSuccessStatusCode)
        {
            throw new SettingsException($"{bot.Address} answers {(int)answer.StatusCode} to {path}; its admin token is read from Admin__Token");
        }

        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation), documentOptions: new JsonDocumentOptions { MaxDepth = 128 })!;
    }

    private static void Print(Finding finding)
    {
        Console.WriteLine($"{(finding.IsWrong ? "✗" : "✓")} {finding.Text}");
        foreach (var line in finding.Lines)
        {
            Console.WriteLine($"    {line}");
        }
    }

    private sealed record Finding(bool IsWrong, string Text, IReadOnlyList<string> Lines)
    {
        public Finding(bool isWrong, string text)
            : this(isWrong, text, [])
        {
        }
    }
}
