using System.CommandLine;
using WebhookBot.Rules;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot explain</c>: why a rule did or did not fire, condition by condition.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var what = new Argument<string>("delivery") { Description = "A delivery's id, or a file with a payload" };
        var name = new Option<string?>("--event") { Description = "The event of a file: github.pull_request.opened (default: the file's name without .json)" };
        var rule = new Option<string?>("--rule") { Description = "Only this rule" };
        var rules = new Option<string>("--rules") { Description = "Folder of rule files, for a file", DefaultValueFactory = _ => "rules" };
        var server = BotClient.ServerOption();
        var command = new Command("explain", "Tells why rules do or do not fire") { what, name, rule, rules, server };
        command.SetAction((parsed, cancellation) => File.Exists(parsed.GetValue(what))
            ? Task.FromResult(ExplainFile(parsed.GetValue(what)!, parsed.GetValue(name), parsed.GetValue(rule), parsed.GetValue(rules)!))
            : ExplainDeliveryAsync(parsed.GetValue(what)!, parsed.GetValue(rule), parsed.GetValue(server)!, cancellation));
        return command;
    }

    private static int ExplainFile(string file, string? name, string? only, string folder)
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

        if (only is not null && rules.Rules.All(r => r.Name != only))
        {
            Console.Error.WriteLine($"There is no rule '{only}'{Rules.Compilation.Suggestion.For(only, rules.Rules.Select(r => r.Name))}");
            return 2;
        }

        WebhookEvent e;
        try
        {
            e = SampleEvents.Read(rules, name ?? Path.GetFileNameWithoutExtension(file), File.ReadAllBytes(file), TimeProvider.System.GetUtcNow());
        }
        catch (System.Text.Json.JsonException problem)
        {
            Console.Error.WriteLine($"{file} is not JSON: {problem.Message}");
            return 1;
        }

        Write(rules, e, only);
        return 0;
    }

    private static void Write(RuleSet rules, WebhookEvent e, string? only)
    {
        var result = RuleMatcher.Match(rules, e);
        var explained = result.Explain(int.MaxValue).Where(r => only is null || r.Rule == only).ToList();
        Console.WriteLine($"{e.Name}{(e.Subject is null ? "" : $" ({e.Subject})")}");
        foreach (var line in explained.SelectMany(ExplanationText.Lines))
        {
            Console.WriteLine($"  {line}");
        }

        foreach (var rule in rules.Rules.Where(r => (only is null || r.Name == only) && explained.All(x => x.Rule != r.Name)))
        {
            var why = rule.Mode == RuleMode.Off ? "it is off" : $"on: {string.Join(", ", rule.Triggers.Select(t => t.Pattern))}";
            Console.WriteLine($"  - {rule.Name} not looked at   {why}   {rule.Position}");
        }

        foreach (var action in Planner.Plan(rules, result).Actions.Where(a => only is null || a.Rule == only))
        {
            Console.WriteLine(ExplanationText.Harmless($"  → {action.Rule}: {action.Action} {action.Arguments.GetRawText()}{(action.Problem is null ? "" : $"   {action.Problem}")}"));
        }

        if (result.FactsWanted.Count > 0)
        {
            Console.WriteLine($"  Facts are not fetched for a file: {string.Join(", ", result.FactsWanted.Select(f => $"facts.{f}"))}");
        }
    }

    private static async Task<int> ExplainDeliveryAsync(string id, string? only, string server, CancellationToken cancellation)
    {
        using var bot = new BotClient(server);
        if (await bot.FindAsync(id, cancellation) is { } delivery)
        {
            DeliveryPrinter.Print(delivery, only);
            return 0;
        }

        await Console.Error.WriteLineAsync($"There is no file '{id}', and {server} knows no delivery of that id.");
        return 1;
    }
}
