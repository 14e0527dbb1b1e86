using System.CommandLine;
using System.Text.Json.Nodes;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot doctor</c>: what is wrong with a running bot and its sources, each with the mend.</summary>
internal static class DoctorCommand
{
    // Somebody's slip, or a scanner's; more in a row are a sender that does not get through any more.
    private const int FewRefusals = 3;

    private static readonly Finding NoSource = new(null, "no rule file names a source, so nothing can be received", ["put one under sources into a file of the rules folder; docs/rules-reference.md begins with one"]);

    public static Command Create()
    {
        var server = BotClient.ServerOption();
        var command = new Command("doctor", """
            Looks a running bot over: whether it is ready, whether its rules are the ones in the files, and for each source whether
            anything came, and why what came last was refused; which targets do not work now; and whether there are dead letters. A source that
            never received anything (–) is named, and is not wrong.

            Exit codes: 0 nothing wrong, 1 something is, or no bot answers, 2 bad usage.
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
        var sources = await GetAsync(bot, "/api/sources", cancellation);
        findings.AddRange(sources["items"] is JsonArray { Count: 0 } ? [NoSource] : sources["items"]!.AsArray().Select(s => Source(s!, bot.Address)));
        findings.AddRange(sources["items"]!.AsArray().Select(s => DeliveryLog(s!)).OfType<Finding>());
        findings.AddRange(Elsewhere(sources["elsewhere"]!.AsArray()));
        findings.AddRange((await GetAsync(bot, "/api/targets", cancellation))["items"]!.AsArray().Where(t => (string?)t!["state"] != "paced").Select(t => Target(t!)));
        findings.AddRange(DeadLetters((await GetAsync(bot, "/api/dead-letters?limit=1", cancellation))["items"]!.AsArray(), bot.Address));
        foreach (var finding in findings)
        {
            Print(finding);
        }

        var wrong = findings.Count(f => f.IsWrong == true);
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
        var madeUp = source["development_secrets"]!.AsArray();
        if ((bool?)source["lacks_secret"] == true)
        {
            return new Finding(true, $"{name} has no secret and refuses everything", [$"set {string.Join(" or ", source["secrets"]!.AsArray())}"]);
        }

        if (source["unusable_secrets"] is JsonArray { Count: > 0 } unusable)
        {
            return new Finding(true, $"{name} has a secret that it cannot work with", [$"{string.Join(", ", unusable)} is set, and is no secret that its sender can have; it is written {(string?)source["secret_form"]}"]);
        }

        if (refusals.Count > 0)
        {
            List<string> lines = [.. Reasons(refusals)];
            if (madeUp.Count > 0)
            {
                lines.Add($"{string.Join(", ", madeUp)} is not set: a development secret stands in for it, which no sender knows");
            }

            return new Finding(refusals.Count >= FewRefusals || source["last_received_at"] is null, $"{name}: {Last(refusals.Count)} refused", lines);
        }

        return source["last_received_at"] is { } at
            ? new Finding(false, $"{name}: received last at {(string?)at}{(madeUp.Count > 0 ? ", with a development secret" : "")}")
            : new Finding(null, $"{name} never received anything", [$"enter {new Uri(bot, (string)source["path"]!)} at the sender's, as docs/sources.md has it, or try it: webhookbot send {name}.EVENT{BotClient.ServerFlag(bot.GetLeftPart(UriPartial.Authority))}"]);
    }

    // Only who has given the bot credentials for it is told of the sender's log.
    private static Finding? DeliveryLog(JsonNode source) => source["delivery_log"] is not { } log ? null
        : (string?)log["problem"] is { } problem
            ? new Finding(true, $"{(string?)source["name"]}: the sender's delivery log cannot be read, so what never arrives is not noticed", [ExplanationText.Harmless(problem)])
        : (string?)log["refusal"] is { } refusal
            ? new Finding(true, $"{(string?)source["name"]}: not all of what never arrived can be had again", [ExplanationText.Harmless(refusal)])
        : (string?)log["read_at"] is { } at ? new Finding(false, $"{(string?)source["name"]}: looked for what never arrived at {at}")
        : new Finding(null, $"{(string?)source["name"]}: the sender's delivery log has not been looked through yet");

    private static Finding Target(JsonNode target)
    {
        var state = (string?)target["state"] == "open" ? "does not work, and is left alone but for one try at a time" : "asked to be left alone for a while";
        return new Finding(true, $"{(string?)target["name"]} {state}", [$"since {(string?)target["since"]}: {ExplanationText.Harmless((string?)target["reason"] ?? "")}; {target["waiting"]} actions wait for it"]);
    }

    private static Finding[] DeadLetters(JsonArray newest, Uri bot) => newest.Count == 0 ? [] :
        [new Finding(true, $"there are dead letters, the newest of the rule {(string?)newest[0]!["rule"]}", [$"webhookbot dead{BotClient.ServerFlag(bot.GetLeftPart(UriPartial.Authority))} lists them with why, and tries again or closes them"])];

    private static IEnumerable<Finding> Elsewhere(JsonArray refusals) => refusals.Count == 0 ? [] :
        [new Finding(true, $"{refusals.Count} request{(refusals.Count == 1 ? "" : "s")} came to sources that there are not", [.. Reasons(refusals)])];

    private static IEnumerable<string> Reasons(JsonArray refusals) => refusals.GroupBy(r => (string)r!["reason"]!).OrderByDescending(g => g.Count())
        .Select(g => $"{g.Count()} x {(int)g.Last()!["status"]!}, last at {(string?)g.Last()!["at"]} from {(string?)g.Last()!["peer"]}: {ExplanationText.Harmless(g.Key)}");

    private static string Last(int count) => count == 1 ? "the last request was" : $"the last {count} requests were";

    private static async Task<JsonNode> GetAsync(BotClient bot, string path, CancellationToken cancellation) =>
        await bot.AskAsync(HttpMethod.Get, path, null, cancellation) ?? throw new SettingsException($"{bot.Address} has no {path}; it is another version, or no bot");

    private static void Print(Finding finding)
    {
        Console.WriteLine($"{finding.IsWrong switch { true => "✗", false => "✓", null => "–" }} {finding.Text}");
        foreach (var line in finding.Lines)
        {
            Console.WriteLine($"    {line}");
        }
    }

    // What nothing can be said of yet is neither wrong nor right.
    private sealed record Finding(bool? IsWrong, string Text, IReadOnlyList<string> Lines)
    {
        public Finding(bool? isWrong, string text)
            : this(isWrong, text, [])
        {
        }
    }
}
