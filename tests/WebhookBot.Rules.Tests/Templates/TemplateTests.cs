namespace WebhookBot.Rules.Tests.Templates;

/// <summary>Paths, blocks and helpers.</summary>
public class TemplateTests
{
    private const string Payload = """
        {"title":"hello world","n":1.50,"big":1e400,"t":true,"f":false,"nul":null,"o":{"a":1,"b":"x"},"sha":"abcdef0123456789",
         "alerts":[{"x":"one","labels":{"a.b":"dotted"}},{"x":"two"}],"s":["a","b"],"empty":[],"date":"D","link":"L","created":"2026-01-05T11:58:00Z","unix":1767614400,"ms":1767614400000}
        """;

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("{{title}}!", "hello world!")]
    [InlineData("{{ title }}", "hello world")]
    [InlineData("{{payload.title}}", "hello world")]
    [InlineData("{{o.a}}{{o/b}}", "1x")]
    [InlineData("{{alerts[0].x}} {{alerts[1].x}} {{alerts[2].x}}", "one two ")]
    [InlineData("{{alerts[0].labels[\"a.b\"]}}", "dotted")]
    [InlineData("{{alerts[0].labels['a.b']}}", "dotted")]
    [InlineData("{{missing.a.b}}", "")]
    [InlineData("{{t}} {{f}} {{nul}} {{n}} {{big}}", "true false  1.50 1e400")]
    [InlineData("{{o}} {{s}}", """{"a":1,"b":"x"} ["a","b"]""")]
    [InlineData("{{date}} {{link}}", "D L")]
    [InlineData("{{lower date}}", "d")]
    [InlineData("{{alerts.length}}", "2")]
    [InlineData("{{delivery.id}} {{delivery.source}} {{delivery.event}} {{delivery.subject}} {{rule}}", "d-1 github github.push github:acme/shop r")]
    [InlineData("{{delivery.received_at}}", "2026-01-05T12:00:00.000Z")]
    [InlineData("a{{! no }}b{{!-- no }} --}}c", "abc")]
    [InlineData("\\{{title}}", "{{title}}")]
    [InlineData("x {{~title~}} y", "xhello worldy")]
    public void Writes_paths(string template, string expected) => Assert.Equal(expected, TestRules.Render(template, Payload));

    [Theory]
    [InlineData("{{#if title}}y{{else}}n{{/if}}", "y")]
    [InlineData("{{#if nul}}y{{else}}n{{/if}}", "n")]
    [InlineData("{{#if f}}y{{else if t}}z{{else}}n{{/if}}", "z")]
    [InlineData("{{#if empty}}y{{else}}n{{/if}}", "n")]
    [InlineData("{{#unless t}}y{{else}}n{{/unless}}", "n")]
    [InlineData("{{#with o}}{{a}}{{b}}{{/with}}", "1x")]
    [InlineData("{{#with missing}}{{a}}{{else}}none{{/with}}", "none")]
    [InlineData("{{#each s}}{{@index}}{{this}}{{#unless @last}},{{/unless}}{{/each}}", "0a,1b")]
    [InlineData("{{#each empty}}x{{else}}none{{/each}}", "none")]
    [InlineData("{{#each o}}{{@key}}={{this}};{{/each}}", "a=1;b=x;")]
    [InlineData("{{#each alerts as |a i|}}{{i}}{{a.x}}{{/each}}", "0one1two")]
    [InlineData("{{#each alerts}}{{x}}/{{../title}}/{{@root.n}} {{/each}}", "one/hello world/1.50 two/hello world/1.50 ")]
    [InlineData("{{#each alerts}}{{#each labels}}{{@key}}{{/each}}{{/each}}", "a.b")]
    [InlineData("{{#if (eq title \"hello world\")}}same{{/if}}", "same")]
    public void Runs_blocks(string template, string expected) => Assert.Equal(expected, TestRules.Render(template, Payload));

    [Theory]
    [InlineData("{{truncate title 6}}", "hello…")]
    [InlineData("{{truncate title 99}}", "hello world")]
    [InlineData("{{truncate title}}", "hello world")]
    [InlineData("{{default missing \"none\"}}{{default title \"none\"}}", "nonehello world")]
    [InlineData("{{date created}}", "2026-01-05 11:58")]
    [InlineData("{{date created \"HH:mm\" zone=\"Europe/Oslo\"}}", "12:58")]
    [InlineData("{{date created \"HH:mm\" zone=title}}", "11:58")]
    [InlineData("{{date unix}} {{date ms}}", "2026-01-05 12:00 2026-01-05 12:00")]
    [InlineData("{{date title}}{{date missing}}{{date n (truncate \"%\" 1)}}", "1970-01-01 00:00")]
    [InlineData("{{ago created}}", "2 minutes ago")]
    [InlineData("{{ago unix}}{{ago title}}", "0 seconds ago")]
    [InlineData("{{join s}} {{join s \"-\"}} {{join title}}", "a, b a-b hello world")]
    [InlineData("{{lower \"ÅB\"}} {{upper title}}", "åb HELLO WORLD")]
    [InlineData("{{replace title \"o\" \"0\"}}{{replace title \"\" \"x\"}}", "hell0 w0rldhello world")]
    [InlineData("{{json o}} {{json title}} {{json missing}} {{json t}} {{json n}}", """{"a":1,"b":"x"} "hello world" null true 1.50""")]
    [InlineData("{{short_sha sha}} {{short_sha \"abc\"}}", "abcdef0 abc")]
    [InlineData("{{eq n 1.5}} {{eq t true}} {{eq title \"x\"}} {{eq missing nul}}", "true true false true")]
    [InlineData("{{lookup o \"a\"}} {{lookup s 1}} {{lookup o \"zzz\"}}", "1 b ")]
    [InlineData("{{upper (truncate (replace title \"hello\" \"good bye\") 9)}}", "GOOD BYE…")]
    [InlineData("{{default (lookup o \"zzz\") (upper \"x\")}}", "X")]
    [InlineData("{{link title o.b}}", "x")]
    public void Calls_helpers(string template, string expected) => Assert.Equal(expected, TestRules.Render(template, Payload));

    [Theory]
    [InlineData("{{title.Length}}{{title.length}}{{title.Chars}}")]
    [InlineData("{{payload.GetType}}{{payload.Count}}{{payload.Keys}}{{payload.Element}}")]
    [InlineData("{{this.Count}}{{Count}}{{Keys}}{{this.Comparer}}")]
    [InlineData("{{alerts.Count}}{{alerts.Element}}{{alerts.SyncRoot}}")]
    [InlineData("{{n.Scale}}{{t.Length}}{{o.a.Scale}}{{delivery.received_at.Length}}")]
    [InlineData("{{lookup title \"Length\"}}{{lookup this \"Count\"}}{{lookup s \"Count\"}}")]
    [InlineData("{{#with title}}{{Length}}{{/with}}{{#each title}}{{this}}{{/each}}{{#each n}}{{this}}{{/each}}")]
    [InlineData("{{#each alerts}}{{@index.Size}}{{this.Keys}}{{/each}}{{@root.Keys}}")]
    public void Sees_nothing_of_dotnet(string template) => Assert.Equal("", TestRules.Render(template, Payload));

    [Theory]
    [InlineData("{{this}}")]
    [InlineData("{{@root}}")]
    [InlineData("{{json this}}")]
    [InlineData("{{json (lookup this \"payload\")}}")]
    [InlineData("{{lookup this \"facts\"}}{{join (lookup this \"facts\")}}{{lookup this \"delivery\"}}")]
    [InlineData("{{#each this}}{{this}}{{json this}}{{/each}}")]
    public void Writes_no_dotnet_names(string template)
    {
        var text = TestRules.Render(template, Payload, "text", ("reviews", Events.Known("[1]")));
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("WebhookBot", text, StringComparison.Ordinal);
        Assert.DoesNotContain("View", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{facts.changed_files}}", """["a"]""")]
    [InlineData("{{this.facts.changed_files}}", """["a"]""")]
    [InlineData("{{./facts.changed_files}}", """["a"]""")]
    [InlineData("{{facts/changed_files}}", """["a"]""")]
    [InlineData("{{facts.[changed_files]}}", """["a"]""")]
    [InlineData("{{facts[\"changed_files\"]}}", """["a"]""")]
    [InlineData("{{@root.facts.changed_files.[0]}}", "a")]
    [InlineData("{{#each s}}{{../facts.changed_files}}{{/each}}", """["a"]["a"]""")]
    [InlineData("{{join facts.changed_files}}", "a")]
    public void Names_the_facts_it_reads(string template, string expected)
    {
        var rules = TestRules.Set($"rules: {{ r: {{ on: '*', then: [say: {{ text: {System.Text.Json.JsonSerializer.Serialize(template)} }}] }} }}");
        Assert.Equal(["changed_files"], rules.Rules[0].Then[0].Facts);
        Assert.Equal(expected, TestRules.Render(template, Payload, "text", ("changed_files", Events.Known("[\"a\"]"))));
    }

    [Fact]
    public void Never_reads_values_as_templates()
    {
        const string Hostile = """{"a":"{{secrets.slack}} {{7*7}} {{{a}}} {{#each a}}","b":["{{a}}"]}""";
        Assert.Equal("{{secrets.slack}} {{7*7}} {{{a}}} {{#each a}}", TestRules.Render("{{a}}", Hostile));
        Assert.Equal("{{A}}", TestRules.Render("{{#each b}}{{upper this}}{{/each}}", Hostile));
    }

    [Fact]
    public void Never_cuts_a_surrogate_pair()
    {
        Assert.Equal("ab…", TestRules.Render("{{truncate a 4}}", """{"a":"ab😀😀😀"}"""));
        Assert.Equal("abcdef", TestRules.Render("{{short_sha a}}", """{"a":"abcdef😀😀"}"""));
        Assert.Equal("\"abcdef\"", TestRules.Render("{{json (short_sha a)}}", """{"a":"abcdef😀😀"}"""));
    }

    [Fact]
    public void Stops_at_its_bounds()
    {
        var many = $$"""{"a":[{{string.Join(',', Enumerable.Repeat("{}", 20_000))}}],"s":"{{new string('x', 41_000)}}","t":"{{new string('a', 900_000)}}"}""";
        Assert.Contains("elements", TestRules.Problem("{{#each a}}{{/each}}", many), StringComparison.Ordinal);
        Assert.Contains("elements", TestRules.Problem("{{join a}}", many), StringComparison.Ordinal);
        Assert.Contains("elements", TestRules.Problem("{{#each a}}{{#each ../a}}{{/each}}{{/each}}", many), StringComparison.Ordinal);
        Assert.Contains("longer than 40,960", TestRules.Problem("{{s}}", many), StringComparison.Ordinal);
        Assert.Contains("replace", TestRules.Problem("{{truncate (replace t \"a\" \"aaaaaaaa\") 5}}", many), StringComparison.Ordinal);
        Assert.Equal(5, TestRules.Render("{{truncate s 5}}", many).Length);
    }
}
