using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Admin;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot explain</c>: why a rule did or did not fire, condition by condition.</summary>
internal static class ExplainCommand
{
    private static readonly string[] ByRule = ["rules", "not_looked_at", "actions"];

    public static Command Create()
    {
        var what = new Argument<string>("delivery") { Description = "A delivery's id, or a file with a payload" };
        var name = new Option<string?>("--event") { Description = "The event of a file: github.pull_request.opened (default: the file's name without .json)" };
        var rule = new Option<string?>("--rule") { Description = "Only this rule" };
        var rules = new Option<string>("--rules") { Description = "Folder of rule files, for a file", DefaultValueFactory = _ => "rules" };
        var fact = new Option<string[]>("--fact") { Description = "name=JSON: what a fact is, for a file; may be given several times", AllowMultipleArgumentsPerToken = false };
        var all = new Option<bool>("--all") { Description = $"Name every rule that was not looked at, not only the first {DeliveryPrinter.MostPassedOver}" };
        var format = new Option<string>("--format") { Description = "text, or json as the API gives a delivery", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var server = BotClient.ServerOption();
        var command = new Command("explain", """
            Tells why rules do or do not fire: each condition, what came of it (✓ ✗ ?), the value seen and where it is written.

            A delivery is asked of a running bot; a file is matched against the rule files here, and nothing is done. Facts are not fetched
            for a file: --fact changed_files='["docs/a.md"]' says what they are.

            Exit codes: 0 explained, 1 no such delivery or no JSON, 2 bad usage.
            """) { what, name, rule, rules, fact, all, format, server };
        command.SetAction((parsed, cancellation) =>
        {
            var wish = new Wish(parsed.GetValue(what)!, parsed.GetValue(rule), parsed.GetValue(format) == "json", parsed.GetValue(all));
            return File.Exists(wish.What)
                ? Task.FromResult(ExplainFile(wish, parsed.GetValue(name), parsed.GetValue(rules)!, parsed.GetValue(fact) ?? []))
                : ExplainDeliveryAsync(wish, parsed.GetValue(server)!, cancellation);
        });
        return command;
    }

    private static int ExplainFile(Wish wish, string? name, string folder, string[] facts)
    {
        var file = wish.What;
        if (CheckCommand.Load([folder], out var compilation) is { } missing)
        {
            Console.Error.WriteLine(missing);
            return 2;
        }

        if (compilation.RuleSet is not { } rules)
        {
            return CheckCommand.Refuse(compilation);
        }

        if (ReadFacts(facts, out var given) is { } odd)
        {
            Console.Error.WriteLine(ExplanationText.Harmless(odd));
            return 2;
        }

        try
        {
            var payload = File.ReadAllBytes(file);
            name ??= Path.GetFileNameWithoutExtension(file);
            var e = SampleEvents.Read(rules, name, payload, TimeProvider.System.GetUtcNow());
            if (!name.Contains('.', StringComparison.Ordinal))
            {
                Console.Error.WriteLine(ExplanationText.Harmless($"'{name}' names no event; say which it is with --event, as in --event github.pull_request.opened"));
                return 2;
            }

            return Write(Describe(rules, e with { Facts = given }, payload), wish);
        }
        catch (JsonException problem)
        {
            Console.Error.WriteLine(ExplanationText.Harmless($"{file} is not JSON: {problem.Message}"));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(ExplanationText.Harmless($"{file} cannot be read: {problem.Message}"));
        }

        return 1;
    }

    // What is wrong with them, or null.
    private static string? ReadFacts(string[] written, out Dictionary<string, FactValue> facts)
    {
        facts = new Dictionary<string, FactValue>(StringComparer.Ordinal);
        foreach (var fact in written)
        {
            var parts = fact.Split('=', 2);
            if (!BotHost.Vocabulary.Facts.Contains(parts[0]))
            {
                return $"--fact {fact}: unknown fact '{parts[0]}'{Suggestion.For(parts[0], BotHost.Vocabulary.Facts)}";
            }

            try
            {
                facts[parts[0]] = FactValue.Known(JsonElement.Parse(parts.ElementAtOrDefault(1) ?? ""));
            }
            catch (JsonException problem)
            {
                return $"--fact takes name=JSON, not '{fact}': {problem.Message}";
            }
        }

        return null;
    }

    // As a running bot would tell of it, had it come in and were nothing done about it.
    private static JsonObject Describe(RuleSet rules, WebhookEvent e, byte[] payload)
    {
        var result = RuleMatcher.Match(rules, e);
        var plan = Planner.Plan(rules, result, new NothingBefore(e.ReceivedAt), mostExplained: int.MaxValue) with
        {
            Note = result.FactsWanted.Count == 0 ? null : $"Facts are not fetched for a file; say what they are with --fact: {string.Join(", ", result.FactsWanted.Select(f => $"facts.{f}"))}",
        };
        var delivery = new Delivery
        {
            Id = e.DeliveryId,
            Sequence = 0,
            Source = e.Source,
            SenderId = e.DeliveryId,
            Event = e.Name,
            Subject = e.Subject,
            ReceivedAt = e.ReceivedAt,
            Headers = [],
            Body = payload,
        };
        var record = new DeliveryRecord
        {
            Delivery = delivery,
            Status = DeliveryStatus.Received,
            Duplicates = 0,
            Plan = plan,
            Actions = [.. plan.Actions.Select(a => new PlannedActionRecord { Action = a, Status = ActionStatus.Pending, Attempts = [] })],
        };
        var described = DeliveryJson.Of(record, rules, e);
        (described["id"], described["status"]) = (null, null);
        foreach (var action in described["actions"]!.AsArray())
        {
            action!["status"] = null;
        }

        return described;
    }

    private static async Task<int> ExplainDeliveryAsync(Wish wish, string server, CancellationToken cancellation)
    {
        using var bot = new BotClient(server);
        string problem;
        try
        {
            if (await bot.FindAsync(wish.What, cancellation) is { } delivery)
            {
                return Write(delivery, wish);
            }

            problem = $"{server} knows no delivery of that id";
        }
        catch (SettingsException e)
        {
            problem = $"no bot can be asked for a delivery of that id: {e.Message}";
        }

        await Console.Error.WriteLineAsync(ExplanationText.Harmless($"There is no file '{wish.What}', and {problem}"));
        return 1;
    }

    private static int Write(JsonNode delivery, Wish wish)
    {
        if (wish.Rule is { } only && !Narrow(delivery, only, out var known))
        {
            Console.Error.WriteLine(ExplanationText.Harmless($"There is no rule '{only}' in this explanation{Suggestion.For(only, known)}"));
            return 2;
        }

        if (wish.Json)
        {
            Console.WriteLine(delivery.ToJsonString(ApiJson.Options));
        }
        else
        {
            DeliveryPrinter.Print(delivery, wish.All ? int.MaxValue : DeliveryPrinter.MostPassedOver, tellsWhen: true);
        }

        return 0;
    }

    // Leaves only what is about that rule; false when nothing is.
    private static bool Narrow(JsonNode delivery, string rule, out List<string> known)
    {
        var lists = ByRule.Select(name => delivery[name]).OfType<JsonArray>().ToList();
        known = [.. lists.SelectMany(l => l).Select(i => (string?)i?["rule"]).OfType<string>().Distinct(StringComparer.Ordinal)];
        foreach (var list in lists)
        {
            list.RemoveAll(i => (string?)i?["rule"] != rule);
        }

        return known.Contains(rule);
    }

    private sealed record Wish(string What, string? Rule, bool Json, bool All);
}
