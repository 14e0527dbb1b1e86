using WebhookBot.Cli;
using WebhookBot.RuleFiles;
using WebhookBot.Rules;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Planning;
using WebhookBot.Rules.Testing;
using YamlDotNet.RepresentationModel;

namespace WebhookBot.Tests.Reference;

/// <summary>
/// An example of the reference page: rules, tests for them in the form of test files, and for what depends on the past a series of times at
/// which the first event comes, with what is told of its first rule each time.
/// </summary>
public sealed record Example(string Name, string Rules, string Tests, string? SeriesEvent, IReadOnlyList<(DateTimeOffset At, string Told)> Series)
{
    /// <summary>The folder that the examples stand in.</summary>
    public static string Folder { get; } = Repository.PathOf("tests", "WebhookBot.Tests", "Reference", "Examples");

    /// <summary>All examples, by name.</summary>
    public static IReadOnlyDictionary<string, Example> All { get; } = Read();

    /// <summary>The rules, compiled; fails when anything is told about them.</summary>
    public RuleSet Compile()
    {
        var compilation = new RuleCompiler(BotHost.Vocabulary).Compile([new RuleFile(Path.Combine(Folder, "rules.yml"), Rules)], RuleFileLoader.TextsOf(Folder));
        Assert.True(compilation.Diagnostics is [], string.Join('\n', compilation.Diagnostics));
        return compilation.RuleSet!;
    }

    /// <summary>The tests, read; fails when anything is told about them.</summary>
    public IReadOnlyList<RuleTest> ReadTests(RuleSet rules)
    {
        var reader = new RuleTestReader(rules, BotHost.Vocabulary, (_, _) => null);
        var tests = reader.Read(new RuleFile("tests.yml", Tests));
        Assert.True(reader.Diagnostics is [], string.Join('\n', reader.Diagnostics));
        return tests;
    }

    /// <summary>What is not as the tests expect.</summary>
    public IReadOnlyList<string> Failures()
    {
        var rules = Compile();
        var runner = new RuleTestRunner(rules, e => SampleEvents.Read(rules, e.Name, e.Payload, e.At));
        return [.. ReadTests(rules).Select(runner.Run).SelectMany(r => r.Failures.Select(f => $"{r.Test.Name}: {f}"))];
    }

    /// <summary>What is told each time the event comes, one time after the other.</summary>
    public IReadOnlyList<string> Told()
    {
        var rules = Compile();
        var first = ReadTests(rules)[0].Events[0];
        var (name, payload) = SeriesEvent is { } sample ? (sample, SampleCatalog.Find(sample)!) : (first.Name, first.Payload);
        var past = new PlayedPast();
        return [.. Series.Select(s => Tell(SampleEvents.Read(rules, name, payload, s.At) with { DeliveryId = $"{s.At:O}", Facts = first.Facts }))];

        string Tell(WebhookEvent e)
        {
            var plan = past.Play(rules, RuleMatcher.Match(rules, e));
            return plan.Rules[0].Note ?? (plan.Actions.Count > 0 ? "acts" : "does nothing");
        }
    }

    private static SortedDictionary<string, Example> Read()
    {
        var all = new SortedDictionary<string, Example>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Folder, "*.yml"))
        {
            foreach (var (key, value) in Yaml(File.ReadAllText(file)).Children)
            {
                var fields = ((YamlMappingNode)value).Children.ToDictionary(c => c.Key.ToString(), c => c.Value);
                var series = fields.TryGetValue("series", out var node) ? (YamlMappingNode)node : [];
                all.Add(key.ToString(), new Example(
                    key.ToString(),
                    fields["rules"].ToString(),
                    fields["tests"].ToString(),
                    fields.TryGetValue("event", out var e) ? e.ToString() : null,
                    [.. series.Children.Select(s => (DateTimeOffset.Parse(s.Key.ToString(), System.Globalization.CultureInfo.InvariantCulture), s.Value.ToString()))]));
            }
        }

        return all;
    }

    /// <summary>The mapping that a YAML text is.</summary>
    public static YamlMappingNode Yaml(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }
}
