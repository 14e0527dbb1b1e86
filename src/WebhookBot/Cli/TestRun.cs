using WebhookBot.RuleFiles;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Cli;

/// <summary>What came of the tests of a folder, run once.</summary>
internal sealed record TestRun
{
    public required string Folder { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>The tests that were run, and how long each took.</summary>
    public IReadOnlyList<(RuleTestResult Result, TimeSpan Took)> Tests { get; init; } = [];

    /// <summary>What is wrong with the test files outside of the tests that were run, or with the rule files when there is no rule set to test.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; init; } = [];

    /// <summary>What the tests exercised; null when there is no rule set to test.</summary>
    public RuleCoverage? Coverage { get; init; }

    /// <summary>The payloads that were read, or looked for, beside the test files, as they were just before.</summary>
    public IReadOnlyDictionary<string, string> Beside { get; init; } = new Dictionary<string, string>();

    /// <summary>How many tests were left out by the filter.</summary>
    public int LeftOut { get; init; }

    public int Failed => Tests.Count(t => !t.Result.Passed);

    public bool IsGood => Coverage is not null && Failed == 0 && Diagnostics.All(d => d.Severity != Severity.Error);

    /// <summary>Runs the tests; null when there is no such folder.</summary>
    /// <param name="folder">The folder of rules.</param>
    /// <param name="filter">Only tests with that in their name, in any case of letters; null for all.</param>
    public static TestRun? Of(string folder, string? filter, TimeProvider clock)
    {
        if (CheckCommand.Load([folder], out var compilation) is not null)
        {
            return null;
        }

        var run = new TestRun { Folder = folder, Started = clock.GetUtcNow() };
        if (compilation.RuleSet is not { } rules)
        {
            return run with { Diagnostics = compilation.Diagnostics };
        }

        var beside = new Dictionary<string, string>(StringComparer.Ordinal);
        var (files, unreadable) = RuleFileLoader.Read(folder, RuleFileLoader.FindTests(folder));
        var reader = new RuleTestReader(rules, BotHost.Vocabulary, (testFile, name) => ReadBeside(testFile, name, beside));
        var all = files.SelectMany(reader.Read).ToList();
        var chosen = all.Where(t => filter is null || t.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)).ToList();
        var runner = new RuleTestRunner(rules, e => SampleEvents.Read(rules, e.Name, e.Payload, e.At));
        var results = new List<(RuleTestResult, TimeSpan)>();
        foreach (var test in chosen)
        {
            var started = clock.GetTimestamp();
            var result = runner.Run(test);
            results.Add((result, clock.GetElapsedTime(started)));
        }

        return run with
        {
            Tests = results,
            Diagnostics = [.. unreadable, .. reader.Diagnostics.Except(chosen.SelectMany(t => t.Mistakes))],
            Coverage = runner.Coverage,
            Beside = beside,
            LeftOut = all.Count - chosen.Count,
        };
    }

    private static byte[]? ReadBeside(string testFile, string name, Dictionary<string, string> beside)
    {
        try
        {
            var folder = Path.GetFullPath(Path.GetDirectoryName(testFile)!);
            var path = Path.GetFullPath(Path.Combine(folder, name));
            if (!path.StartsWith(folder + "/", StringComparison.Ordinal))
            {
                return null;
            }

            beside.TryAdd(path, RuleFileLoader.Fingerprint(path));
            return File.Exists(path) ? File.ReadAllBytes(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A name that no file can have, or a file that cannot be read: there is none for the test.
            return null;
        }
    }
}
