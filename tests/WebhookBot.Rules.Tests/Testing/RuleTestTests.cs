using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Rules.Tests.Testing;

/// <summary>Rule tests: the file format and its mistakes, overrides, facts, and differences that can be read.</summary>
public class RuleTestTests
{
    private const string Rules = """
        sources:
          gh: { preset: github, secret: S }
          own: { preset: stripe, secret: S }
        rules:
          announce:
            on: [gh.pull_request.opened, own.event]
            if: { pull_request.draft: false }
            then: [do.all: { title: "{{pull_request.title}}", names: a, amount: 5, inputs: { n: 1, t: true } }]
          labels:
            on: "*"
            if: { facts.changed_files: { all: "docs/**" } }
            then: [say: { text: docs }]
        """;

    [Fact]
    public void Passes_when_the_plan_is_as_expected() => Assert.Empty(Failures("""
        a pull request is announced:
          event: gh.pull_request.opened
          with: { pull_request.title: T }
          facts: { changed_files: [docs/a.md] }
          expect:
            announce: [{ do.all: { title: T, names: a, amount: 5, inputs: { n: 1, t: true } } }]
            labels: [{ say: { text: docs } }]
        a draft is not:
          event: gh.pull_request.opened
          with: { payload.pull_request.draft: true }
          facts: { changed_files: { truncated: [docs/a.md] } }
          expect: { announce: no match, labels: no match }
        nor is it labelled without its files:
          event: github.pull_request.opened
          facts: { changed_files: { unavailable: no right } }
          expect: { labels: no match }
        inline:
          event: { name: own.event, payload: { pull_request: { draft: false, title: "x" } } }
          facts: { changed_files: [] }
          at: 2026-03-01T00:00:00Z
          expect: { announce: [{ do.all: { title: x } }] }
        from a file:
          event: { name: own.event, file: pr.json }
          facts: { changed_files: [] }
          expect: { announce: [{ do.all: { title: from file } }] }
        from a file with a byte order mark and half of a pair of surrogates:
          event: { name: own.event, file: half.json }
          expect: { announce: [{ do.all: { title: "a\uFFFD" } }] }
        """));

    [Fact]
    public void Tells_differences_so_that_they_can_be_read()
    {
        var failures = Failures("""
            other values:
              event: gh.pull_request.opened
              with: { pull_request.title: T }
              expect:
                announce: [{ do.all: { title: U, names: [a, b], state: open } }]
            other actions:
              event: gh.pull_request.opened
              with: { pull_request.draft: true }
              expect: { announce: [{ do.all: {} }] }
            no match:
              event: gh.pull_request.opened
              expect: { announce: no match }
            other event:
              event: gh.push
              expect: { announce: [{ do.all: {} }] }
            """);
        Assert.Contains("    expected  \"U\"", failures);
        Assert.Contains("    planned   \"T\"", failures);
        Assert.Contains("    expected  [\"a\",\"b\"]", failures);
        Assert.Contains("    planned   nothing", failures);
        Assert.Contains("announce: expected do.all, but it plans nothing", failures);
        Assert.Contains(failures, f => f.Contains("✗ pull_request.draft: false   saw true", StringComparison.Ordinal));
        Assert.Contains(failures, f => f.StartsWith("announce: expected no match, but it plans do.all {", StringComparison.Ordinal));
        Assert.Contains("    it is not looked at for gh.push; other events: gh.pull_request.opened, own.event", failures);
    }

    [Theory]
    [InlineData("t: 5", "t.yml(2,6): error WB0102")]
    [InlineData("t: { event: gh.push }", "t.yml(2,3): error WB0101")]
    [InlineData("t: { expect: {} }", "t.yml(2,3): error WB0101")]
    [InlineData("t: { event: gh.push, expect: {}, wiht: {} }", "t.yml(2,36): error WB0100: unknown key of a test 'wiht'; did you mean 'with'?")]
    [InlineData("t: { event: gh.psh, expect: {} }", "t.yml(2,15): error WB0150: unknown sample 'gh.psh'")]
    [InlineData("t: { event: [a], expect: {} }", "t.yml(2,15): error WB0102")]
    [InlineData("t: { event: { name: a.b }, expect: {} }", "t.yml(2,15): error WB0150")]
    [InlineData("t: { event: { name: a.b, payload: null }, expect: {} }", "t.yml(2,37): error WB0150")]
    [InlineData("t: { event: { name: a.b, file: none.json }, expect: {} }", "t.yml(2,34): error WB0150: there is no file")]
    [InlineData("t: { event: { name: a.b, file: broken.json }, expect: {} }", "t.yml(2,34): error WB0150: 'broken.json' is not JSON")]
    [InlineData("t: { event: { name: a.b, file: twice.json }, expect: {} }", "t.yml(2,34): error WB0150: 'twice.json' is not JSON")]
    [InlineData("t: { event: gh.push, expect: { anounce: no match } }", "t.yml(2,34): error WB0150: unknown rule 'anounce'; did you mean 'announce'?")]
    [InlineData("t: { event: gh.push, expect: { announce: nothing } }", "t.yml(2,44): error WB0150")]
    [InlineData("t: { event: gh.push, expect: { announce: [say] } }", "t.yml(2,44): error WB0150")]
    [InlineData("t: { event: gh.push, expect: [] }", "t.yml(2,32): error WB0102")]
    [InlineData("t: { event: gh.push, expect: {}, at: soon }", "t.yml(2,40): error WB0150")]
    [InlineData("t: { event: gh.push, expect: {}, at: '12:00' }", "t.yml(2,40): error WB0150")]
    [InlineData("t: { event: gh.push, expect: {}, facts: [a] }", "t.yml(2,43): error WB0102")]
    [InlineData("t: { event: gh.push, expect: {}, facts: { changed_file: [a] } }", "t.yml(2,45): error WB0121: unknown fact 'changed_file'; did you mean 'changed_files'?")]
    [InlineData("t: { event: gh.push, expect: { announce: [{ do.al: {} }] } }", "t.yml(2,47): error WB0130: unknown action 'do.al'; did you mean 'do.all'?")]
    [InlineData("t: { event: gh.push, expect: { announce: [{ do.all: { titel: x } }] } }", "t.yml(2,57): error WB0131: unknown argument of do.all 'titel'; did you mean 'title'?")]
    [InlineData("t: { event: gh.push, expect: { announce: [{ do.all: {}, waits: soon }] } }", "t.yml(2,66): error WB0123")]
    [InlineData("t: { evnt: gh.push, expect: {} }", "t.yml(2,8): error WB0100: unknown key of a test 'evnt'; did you mean 'event'?")]
    [InlineData("t: { event: gh.push, events: [{ event: gh.push }], expect: {} }", "t.yml(2,3): error WB0101")]
    [InlineData("t: { events: [], expect: {} }", "t.yml(2,16): error WB0102")]
    [InlineData("t: { events: [{ event: gh.push }], at: 2026-03-01, expect: {} }", "t.yml(2,38): error WB0150: 'at' stands in each of the events")]
    [InlineData("t: { events: [{ evnt: gh.push }], expect: {} }", "t.yml(2,19): error WB0100: unknown key of an event of a test 'evnt'; did you mean 'event'?")]
    [InlineData("t: { events: [{ with: {} }], expect: {} }", "t.yml(2,17): error WB0101")]
    [InlineData("t: { events: [{ event: gh.push, at: 2026-03-02 }, { event: gh.push, at: 2026-03-01 }], expect: {} }", "t.yml(2,53): error WB0150: the events stand in the order of their time")]
    [InlineData("t: { event: gh.push, expect: {}, with: { DEEP: 1 } }", "t.yml(2,3): error WB0150: the payload is nested deeper than 64 levels")]
    [InlineData("t: { event: gh.push, expect: {}, with: [a] }", "t.yml(2,42): error WB0102")]
    [InlineData("t: { event: gh.push, expect: {}, with: { 'commits[9].id': x } }", "t.yml(2,44): error WB0150")]
    [InlineData("t: { event: gh.push, expect: {}, with: { ref.x.y: x } }", "t.yml(2,44): error WB0150")]
    [InlineData("t: { event: gh.push, expect: {}, with: { facts.changed_files: x } }", "t.yml(2,44): error WB0150")]
    [InlineData("t: { event: gh.push, expect: {}, with: { a..b: x } }", "t.yml(2,44): error WB0150")]
    public void Tells_mistakes_with_their_place(string test, string beginning)
    {
        var reader = Reader();
        var read = reader.Read(new RuleFile("t.yml", "tests:\n  " + test.Replace("DEEP", string.Join('.', Enumerable.Repeat("a", 70)), StringComparison.Ordinal)));
        Assert.StartsWith(beginning, reader.Diagnostics[0].ToString(), StringComparison.Ordinal);
        Assert.Single(reader.Diagnostics);
        var result = new RuleTestRunner(TestRules.Set(Rules), _ => throw new InvalidOperationException("it is run")).Run(Assert.Single(read));
        Assert.StartsWith(beginning, Assert.Single(result.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", """{"a":9}""")]
    [InlineData("b.c.d", """{"a":1,"b":{"c":{"d":9}}}""")]
    [InlineData("l[1].x", """{"a":1,"l":[{"x":1},{"x":9}]}""")]
    [InlineData("l.1.x", """{"a":1,"l":[{"x":1},{"x":9}]}""")]
    [InlineData("l[0]", """{"a":1,"l":[9,{"x":2}]}""")]
    [InlineData("o[\"a.b\"]", """{"a":1,"o":{"a.b":9}}""")]
    [InlineData("payload.a", """{"a":9}""")]
    public void Puts_a_value_at_a_path(string path, string expected)
    {
        var payload = JsonNode.Parse(path[0] == 'l' ? """{"a":1,"l":[{"x":1},{"x":2}]}""" : """{"a":1}""")!;
        PayloadOverrides.Set(payload, path, Events.Json("9"));
        Assert.Equal(expected, payload.ToJsonString());
    }

    [Fact]
    public void Finds_samples_by_the_name_of_the_preset_and_of_the_source()
    {
        Assert.Contains("github.pull_request.opened", SampleCatalog.Names);
        Assert.All(SampleCatalog.Names, n => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(SampleCatalog.Find(n)!).RootElement.ValueKind));
        Assert.Null(SampleCatalog.Find("github.nothing"));
        Assert.Null(SampleCatalog.Find("../github.push"));
    }

    [Theory]
    [InlineData("shopify.orders/create", "shopify.orders~create")]
    [InlineData("bitbucket.repo:push", "bitbucket.repo=push")]
    public void Finds_samples_of_events_whose_names_cannot_be_names_of_files(string name, string file)
    {
        Assert.Contains(name, SampleCatalog.Names);
        Assert.NotNull(SampleCatalog.Find(name));
        Assert.Null(SampleCatalog.Find(file));
    }

    private static RuleTestReader Reader() => new(TestRules.Set(Rules), TestRules.Vocabulary, (_, name) => name switch
    {
        "pr.json" => """{"pull_request":{"draft":false,"title":"from file"}}"""u8.ToArray(),
        "half.json" => [0xEF, 0xBB, 0xBF, .. """{"pull_request":{"draft":false,"title":"a\ud800"}}"""u8],
        "broken.json" => "{"u8.ToArray(),
        "twice.json" => """{"a":1,"a":2}"""u8.ToArray(),
        _ => null,
    });

    private static List<string> Failures(string tests)
    {
        var reader = Reader();
        var indented = string.Concat(tests.Split('\n').Select(l => $"  {l}\n"));
        var read = reader.Read(new RuleFile("t.yml", "tests:\n" + indented));
        Assert.Empty(reader.Diagnostics);
        var runner = new RuleTestRunner(TestRules.Set(Rules), t => Events.Of(Encoding.UTF8.GetString(t.Payload), t.Name, t.At));
        return [.. read.SelectMany(t => runner.Run(t).Failures)];
    }
}
