using System.CommandLine;
using System.Text.Json.Nodes;
using WebhookBot.RuleFiles;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot test</c>: the tests beside the rules.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Folder of rules with tests in its tests folder", DefaultValueFactory = _ => "rules" };
        var format = new Option<string>("--format") { Description = "text or json", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command("test", "Runs the rule tests: exit 0 all pass, 1 a test fails") { folder, format };
        command.SetAction(parsed => Run(parsed.GetValue(folder)!, parsed.GetValue(format)!));
        return command;
    }

    private static int Run(string folder, string format)
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

        var (files, unreadable) = RuleFileLoader.Read(folder, RuleFileLoader.FindTests(folder));
        var reader = new RuleTestReader(rules, BotHost.Vocabulary, ReadBeside);
        var tests = files.SelectMany(reader.Read).ToList();
        var diagnostics = unreadable.Concat(reader.Diagnostics).ToList();
        var runner = new RuleTestRunner(rules, test => SampleEvents.Read(rules, test.Event, test.Payload, test.At));
        var results = tests.Select(runner.Run).ToList();
        if (format == "json")
        {
            WriteJson(results, diagnostics);
        }
        else
        {
            WriteText(folder, results, diagnostics);
        }

        return results.All(r => r.Passed) && diagnostics.Count == 0 ? 0 : 1;
    }

    private static byte[]? ReadBeside(string testFile, string name)
    {
        var folder = Path.GetFullPath(Path.GetDirectoryName(testFile)!);
        var path = Path.GetFullPath(Path.Combine(folder, name));
        return path.StartsWith(folder + "/", StringComparison.Ordinal) && File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    private static void WriteText(string folder, List<RuleTestResult> results, List<Diagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
            Console.WriteLine(diagnostic);
        }

        foreach (var result in results)
        {
            Console.WriteLine($"{(result.Passed ? "✓" : "✗")} {result.Test.Name}   {result.Test.Position}");
            foreach (var line in result.Failures)
            {
                Console.WriteLine($"    {line}");
            }
        }

        var failed = results.Count(r => !r.Passed);
        Console.WriteLine(results.Count == 0 ? $"There are no tests in {folder}/tests." : $"{results.Count - failed} passed, {failed} failed");
    }

    private static void WriteJson(List<RuleTestResult> results, List<Diagnostic> diagnostics) => Console.WriteLine(new JsonObject
    {
        ["passed"] = results.Count(r => r.Passed),
        ["failed"] = results.Count(r => !r.Passed),
        ["diagnostics"] = new JsonArray([.. diagnostics.Select(d => JsonValue.Create(d.ToString()))]),
        ["tests"] = new JsonArray([.. results.Select(r => new JsonObject
        {
            ["test"] = r.Test.Name,
            ["at"] = r.Test.Position.ToString(),
            ["passed"] = r.Passed,
            ["failures"] = new JsonArray([.. r.Failures.Select(f => JsonValue.Create(f))]),
        })]),
    }.ToJsonString(Admin.ApiJson.Options));
}
