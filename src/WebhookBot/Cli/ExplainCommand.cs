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
        var format = new Option<string>("--format") { Description = "text, or json as the API gives a delivery", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var server = BotClient.ServerOption();
        var command = new Command("explain", """
            Tells why rules do or do not fire: each condition, what came of it (✓ ✗ ?), the value seen and where it is written.

            A delivery is asked of a running bot; a file is matched against the rule files here, and nothing is done.
            Exit codes: 0 explained, 1 no such delivery or no JSON, 2 bad usage.
            """) { what, name, rule, rules, format, server };
        command.SetAction((parsed, cancellation) =>
        {
            var (only, isJson) = (parsed.GetValue(rule), parsed.GetValue(format) == "json");
            return File.Exists(parsed.GetValue(what))
                ? Task.FromResult(ExplainFile(parsed.GetValue(what)!, parsed.GetValue(name), parsed.GetValue(rules)!, only, isJson))
                : ExplainDeliveryAsync(parsed.GetValue(what)!, parsed.GetValue(server)!, only, isJson, cancellation);
        });
        return command;
    }

    private static int ExplainFile(string file, string? name, string folder, string? only, bool isJson)
    {
        if (CheckCommand.Load([folder], out var compilation) is { } missing)
        {
            Console.Error.WriteLine(missing);
            return 2;
        }

        if (compilation.RuleSet is not { } rules)
        {
            return CheckCommand.Refuse(compilation);
        }

        try
        {
            var payload = File.ReadAllBytes(file);
            var e = SampleEvents.Read(rules, name ?? Path.GetFileNameWithoutExtension(file), payload, TimeProvider.System.GetUtcNow());
            return Write(Describe(rules, e, payload), only, isJson);
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

    // As a running bot would tell of it, had it come in and were nothing done about it.
    private static JsonObject Describe(RuleSet rules, WebhookEvent e, byte[] payload)
    {
        var result = RuleMatcher.Match(rules, e);
        var plan = Planner.Plan(rules, result, new NothingBefore(e.ReceivedAt), mostExplained: int.MaxValue) with
        {
            Note = result.FactsWanted.Count == 0 ? null : $"Facts are not fetched for a file: {string.Join(", ", result.FactsWanted.Select(f => $"facts.{f}"))}",
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

    private static async Task<int> ExplainDeliveryAsync(string id, string server, string? only, bool isJson, CancellationToken cancellation)
    {
        using var bot = new BotClient(server);
        if (await bot.FindAsync(id, cancellation) is { } delivery)
        {
            return Write(delivery, only, isJson);
        }

        await Console.Error.WriteLineAsync(ExplanationText.Harmless($"There is no file '{id}', and {server} knows no delivery of that id."));
        return 1;
    }

    private static int Write(JsonNode delivery, string? only, bool isJson)
    {
        if (only is not null && !Narrow(delivery, only, out var known))
        {
            Console.Error.WriteLine(ExplanationText.Harmless($"There is no rule '{only}' in this explanation{Suggestion.For(only, known)}"));
            return 2;
        }

        if (isJson)
        {
            Console.WriteLine(delivery.ToJsonString(ApiJson.Options));
        }
        else
        {
            DeliveryPrinter.Print(delivery, withPassedOver: true);
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
}
