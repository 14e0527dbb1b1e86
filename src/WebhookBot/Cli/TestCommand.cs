using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot test</c>: the tests beside the rules.</summary>
internal static class TestCommand
{
    private const int BadUsage = 2;
    private const int MostNamed = 5;

    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Folder of rules with tests in its tests folder", DefaultValueFactory = _ => "rules" };
        var format = new Option<string>("--format") { Description = "text or json", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var filter = new Option<string?>("--filter") { Description = "Only tests with this in their name, in any case of letters" };
        var junit = new Option<string?>("--junit") { Description = "Also write a JUnit XML report to this file" };
        var coverage = new Option<bool>("--coverage") { Description = "Show what of each rule the tests exercise, and what they do not" };
        var least = new Option<int?>("--min-coverage") { Description = "Fail when the tests exercise less than this many percent (0 to 100)" };
        least.Validators.Add(option =>
        {
            if (option.Tokens is [{ Value: var text }] && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100))
            {
                option.AddError($"--min-coverage takes a whole number from 0 to 100, not '{text}'");
            }
        });
        var watch = new Option<bool>("--watch") { Description = "Run again whenever a rule, a test or a payload beside it changes; Ctrl-C ends it" };
        var command = new Command("test", """
            Runs the rule tests: events in, and the plans that are expected of the rules.

            Coverage counts each branch (then, else) that was planned in a test, and of each direct entry of if and unless that it was
            seen to hold and seen not to hold. Rules that are off do not count.

            Exit codes: 0 all pass, 1 a test fails, a file has mistakes or the coverage is too low, 2 bad usage.
            With --watch it is the last run's.
            """) { folder, format, filter, junit, coverage, least, watch };
        command.SetAction((parsed, cancellation) =>
        {
            var wish = new Wish(
                parsed.GetValue(folder)!, parsed.GetValue(format) == "json", parsed.GetValue(filter), parsed.GetValue(junit), parsed.GetValue(coverage), parsed.GetValue(least));
            return parsed.GetValue(watch) ? WatchAsync(wish, TimeProvider.System, cancellation) : Task.FromResult(RunOnce(wish, TimeProvider.System, out _));
        });
        return command;
    }

    private static int RunOnce(Wish wish, TimeProvider clock, out IReadOnlyDictionary<string, string> beside)
    {
        beside = new Dictionary<string, string>();
        if (TestRun.Of(wish.Folder, wish.Filter, clock) is not { } run)
        {
            return Complain($"There is no file or folder '{wish.Folder}'.");
        }

        beside = run.Beside;
        if (wish.Json)
        {
            Console.WriteLine(TestReport.Json(run).ToJsonString(Admin.ApiJson.Options));
        }
        else
        {
            foreach (var line in TestReport.Lines(run, wish.Coverage, Paint.Out))
            {
                Console.WriteLine(line);
            }
        }

        if (wish.Junit is not null && JunitReport.Write(run, wish.Junit) is { } problem)
        {
            return Complain(problem);
        }

        // A filter that is misspelt would otherwise pass for ever.
        if (run.Tests.Count == 0 && run.LeftOut > 0)
        {
            return Complain($"No test has '{wish.Filter}' in its name.");
        }

        return run.IsGood && IsCovered(run, wish.MinCoverage) ? 0 : 1;
    }

    private static bool IsCovered(TestRun run, int? least)
    {
        var isEnough = run.Coverage is not { } coverage || least is null || 100L * coverage.Covered >= (long)least * coverage.Total;
        if (!isEnough)
        {
            Console.Error.WriteLine($"The coverage of {run.Coverage!.Percent} % is less than the {least} % that are asked for.");
        }

        return isEnough;
    }

    private static async Task<int> WatchAsync(Wish wish, TimeProvider clock, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var files = new TestWatch(wish.Folder, clock);
        for (var isFirst = true; ; isFirst = false)
        {
            files.Look();
            var code = RunOnce(wish, clock, out var beside);
            if (isFirst && !Path.Exists(wish.Folder))
            {
                return code;
            }

            try
            {
                Tell(wish, clock, "waiting for a change; Ctrl-C ends");
                var changed = await files.ChangedAsync(beside, stop.Token);
                Tell(wish, clock, $"changed: {Name(changed)}");
            }
            catch (OperationCanceledException)
            {
                return code;
            }
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static string Name(IReadOnlyList<string> changed)
    {
        var names = changed.Select(f => Path.IsPathRooted(f) ? Path.GetRelativePath(Environment.CurrentDirectory, f) : f).Take(MostNamed);
        return string.Join(", ", names) + (changed.Count > MostNamed ? $" and {changed.Count - MostNamed} more" : "");
    }

    // Standard output is for the reports alone when a program reads them.
    private static void Tell(Wish wish, TimeProvider clock, string what) =>
        (wish.Json ? Console.Error : Console.Out).WriteLine(
            ExplanationText.Harmless($"{clock.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {what}"));

    private static int Complain(string problem)
    {
        Console.Error.WriteLine(ExplanationText.Harmless(problem));
        return BadUsage;
    }

    private sealed record Wish(string Folder, bool Json, string? Filter, string? Junit, bool Coverage, int? MinCoverage);
}
