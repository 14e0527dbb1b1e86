using System.Globalization;
using System.Text.Json.Nodes;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Cli;

/// <summary>What came of the tests, for people and for programs.</summary>
internal static class TestReport
{
    /// <summary>Every test, what was wrong, the tally and the coverage, in lines.</summary>
    public static IEnumerable<string> Lines(TestRun run, bool withTable, Paint paint)
    {
        foreach (var diagnostic in run.Diagnostics)
        {
            yield return diagnostic.ToString();
        }

        if (run.Coverage is not { } coverage)
        {
            yield return "The rule files have errors.";
            yield break;
        }

        foreach (var (result, _) in run.Tests)
        {
            var mark = result.Passed ? paint.Green("✓") : paint.Red("✗");
            yield return mark + ExplanationText.Harmless($" {result.Test.Name}   {result.Test.Position}");
            foreach (var line in result.Failures)
            {
                yield return $"    {line}";
            }
        }

        yield return Tally(run);
        if (run.Tests.Count == 0)
        {
            yield break;
        }

        yield return Summary(coverage);
        foreach (var line in withTable ? Table(coverage) : [])
        {
            yield return line;
        }
    }

    /// <summary>The same as one JSON object.</summary>
    public static JsonObject Json(TestRun run) => new()
    {
        ["passed"] = run.Tests.Count - run.Failed,
        ["failed"] = run.Failed,
        ["left_out"] = run.LeftOut,
        ["diagnostics"] = new JsonArray([.. run.Diagnostics.Select(d => JsonValue.Create(d.ToString()))]),
        ["tests"] = new JsonArray([.. run.Tests.Select(t => new JsonObject
        {
            ["test"] = t.Result.Test.Name,
            ["at"] = t.Result.Test.Position.ToString(),
            ["passed"] = t.Result.Passed,
            ["failures"] = new JsonArray([.. t.Result.Failures.Select(f => JsonValue.Create(f))]),
        })]),
        ["coverage"] = run.Coverage is { } coverage ? Json(coverage) : null,
    };

    private static string Tally(TestRun run)
    {
        var mistakes = run.Diagnostics.Count == 0 ? "" : $", {Counted.Of(run.Diagnostics.Count, "mistake")} in the test files";
        var leftOut = run.LeftOut == 0 ? "" : $", {run.LeftOut} left out by the filter";
        return run.Tests.Count == 0 && run.LeftOut == 0
            ? $"There are no tests in {run.Folder}/tests{mistakes}."
            : $"{run.Tests.Count - run.Failed} passed, {run.Failed} failed{leftOut}{mistakes}";
    }

    private static string Summary(RuleCoverage coverage)
    {
        var (rules, branches, conditions) = (coverage.Rules, coverage.Rules.SelectMany(Branches).ToList(), coverage.Rules.SelectMany(r => r.Conditions).ToList());
        return string.Create(CultureInfo.InvariantCulture,
            $"coverage {coverage.Percent} %: {rules.Count(r => r.Matched > 0)} of {rules.Count} rules matched, {branches.Count(b => b.Ran)} of {branches.Count} branches ran, "
            + $"{conditions.Count(c => c is { Held: true, Failed: true })} of {conditions.Count} conditions were seen both ways");
    }

    private static IEnumerable<string> Table(RuleCoverage coverage)
    {
        var width = Math.Clamp(coverage.Rules.Select(r => r.Rule.Name.Length).DefaultIfEmpty().Max(), "rule".Length, 50);
        yield return $"  {"rule".PadRight(width)}  matched  then  else  conditions";
        foreach (var rule in coverage.Rules)
        {
            var conditions = rule.Conditions.Count == 0 ? "-" : $"{rule.Conditions.Count(c => c is { Held: true, Failed: true })} of {rule.Conditions.Count}";
            yield return $"  {rule.Rule.Name.PadRight(width)}  {rule.Matched,7}  {Mark(rule.Then)}     {Mark(rule.Else)}     {conditions}";
        }

        foreach (var line in coverage.Rules.SelectMany(Missing))
        {
            yield return ExplanationText.Harmless($"  ✗ {line}");
        }
    }

    private static IEnumerable<string> Missing(CoveredRule rule)
    {
        if (rule.Matched == 0)
        {
            yield return $"{rule.Rule.Name}: never matched   {rule.Rule.Position}";
        }

        foreach (var (name, _) in Branches(rule).Where(b => !b.Ran && (b.Name == "else" || rule.Matched > 0)))
        {
            yield return $"{rule.Rule.Name}: '{name}' never ran   {rule.Rule.Position}";
        }

        foreach (var condition in rule.Conditions.Where(c => !c.Held || !c.Failed))
        {
            var seen = (condition.Held, condition.Failed) switch { (false, false) => "never decided", (false, _) => "never seen to hold", _ => "never seen not to hold" };
            yield return $"{rule.Rule.Name}: {condition.Words}: {seen}   {condition.Position}";
        }
    }

    private static IEnumerable<(string Name, bool Ran)> Branches(CoveredRule rule)
    {
        if (rule.Then is { } then)
        {
            yield return ("then", then);
        }

        if (rule.Else is { } otherwise)
        {
            yield return ("else", otherwise);
        }
    }

    private static char Mark(bool? ran) => ran switch { true => '✓', false => '✗', _ => '-' };

    private static JsonObject Json(RuleCoverage coverage) => new()
    {
        ["percent"] = coverage.Percent,
        ["covered"] = coverage.Covered,
        ["total"] = coverage.Total,
        ["rules"] = new JsonArray([.. coverage.Rules.Select(r => new JsonObject
        {
            ["rule"] = r.Rule.Name,
            ["at"] = r.Rule.Position.ToString(),
            ["matched"] = r.Matched,
            ["then"] = r.Then,
            ["else"] = r.Else,
            ["conditions"] = new JsonArray([.. r.Conditions.Select(c => new JsonObject
            {
                ["condition"] = c.Words,
                ["at"] = c.Position.ToString(),
                ["held"] = c.Held,
                ["failed"] = c.Failed,
            })]),
        })]),
    };
}
