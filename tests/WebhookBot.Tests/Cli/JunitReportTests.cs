using System.Xml.Linq;
using WebhookBot.Cli;
using WebhookBot.Rules;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Testing;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Cli;

/// <summary>The report that CI systems read, whatever the tests are called and say.</summary>
public sealed class JunitReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Counts_tests_failures_and_errors_for_each_file_and_for_all()
    {
        var report = Written(Run(
            [Test("a.yml", "one"), Test("a.yml", "two", "it differs"), Test("b.yml", "three", "first", "second")],
            [new Diagnostic(new SourcePosition("b.yml", 3, 4), Severity.Error, "WB0150", "no such sample")]));

        var root = report.Root!;
        Assert.Equal("testsuites", root.Name);
        AssertCounts(root, root.Descendants("testcase"), (4, 2, 1));
        Assert.Equal(["a.yml", "b.yml"], root.Elements("testsuite").Select(s => (string?)s.Attribute("name")));
        AssertCounts(root.Elements("testsuite").First(), root.Elements("testsuite").First().Elements(), (2, 1, 0));
        AssertCounts(root.Elements("testsuite").Last(), root.Elements("testsuite").Last().Elements(), (2, 1, 1));
        Assert.All(root.Descendants("testcase"), c => Assert.Equal((string?)c.Parent!.Attribute("name"), (string?)c.Attribute("classname")));
        Assert.Equal("first\nsecond", root.Descendants("failure").Last().Value);
        Assert.Equal("first", (string?)root.Descendants("failure").Last().Attribute("message"));
        Assert.Equal("WB0150", (string?)root.Descendants("error").Single().Attribute("type"));
        Assert.Equal(0.75, (double)root.Attribute("time")!, 6);
        Assert.Equal("2026-01-05T12:00:00", (string?)root.Attribute("timestamp"));
    }

    [Fact]
    public void Escapes_what_is_hostile_and_replaces_what_no_xml_holds()
    {
        var name = "]]><failure/>&amp; \"'\n\0\u0001\u001b[31m\uFFFE\uFFFF" + (char)0xD800 + "x\U0001F600\U0001FFFE";

        var report = Written(Run([Test("<&>.yml", name, name)], []));

        var shown = "]]><failure/>&amp; \"'\n\uFFFD\uFFFD\uFFFD[31m\uFFFD\uFFFD\uFFFDx\U0001F600\U0001FFFE";
        var test = Assert.Single(report.Descendants("testcase"));
        Assert.Equal((shown, "<&>.yml"), ((string?)test.Attribute("name"), (string?)test.Attribute("classname")));
        Assert.Equal(shown, Assert.Single(report.Descendants("failure")).Value);
    }

    [Fact]
    public void Says_why_it_cannot_be_written()
    {
        var run = Run([], []);

        Assert.Contains("cannot be written", JunitReport.Write(run, Path.Combine(_folder.Path, "no", "such", "folder.xml")), StringComparison.Ordinal);
        Assert.Contains("cannot be written", JunitReport.Write(run, _folder.Path), StringComparison.Ordinal);
    }

    private static void AssertCounts(XElement counted, IEnumerable<XElement> cases, (int Tests, int Failures, int Errors) expected)
    {
        var all = cases.ToList();
        Assert.Equal(expected, (all.Count, all.Elements("failure").Count(), all.Elements("error").Count()));
        Assert.Equal(expected, ((int)counted.Attribute("tests")!, (int)counted.Attribute("failures")!, (int)counted.Attribute("errors")!));
    }

    private XDocument Written(TestRun run)
    {
        var file = Path.Combine(_folder.Path, "report.xml");
        Assert.Null(JunitReport.Write(run, file));
        return XDocument.Load(file);
    }

    private static TestRun Run((RuleTestResult, TimeSpan)[] tests, Diagnostic[] diagnostics) => new()
    {
        Folder = "rules",
        Started = new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero),
        Tests = tests,
        Diagnostics = diagnostics,
        Coverage = new RuleCoverage(RuleSet.Empty),
    };

    private static (RuleTestResult, TimeSpan) Test(string file, string name, params string[] failures)
    {
        var test = new RuleTest
        {
            Name = name,
            Position = new SourcePosition(file, 2, 3),
            Events = [],
            Expectations = [],
        };
        return (new RuleTestResult(test, failures), TimeSpan.FromMilliseconds(250));
    }
}
