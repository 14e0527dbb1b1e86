using CsCheck;
using WebhookBot.Rules.Planning;
using WebhookBot.Rules.Templates;

namespace WebhookBot.Rules.Tests.Templates;

/// <summary>What is told when the rules are compiled, so that no template fails only when it is needed.</summary>
public class TemplateSyntaxTests
{
    [Theory]
    [InlineData("{{", "not closed")]
    [InlineData("{{title}", "not closed")]
    [InlineData("{{{title}}", "not closed")]
    [InlineData("{{!-- x }}", "not closed")]
    [InlineData("{{}}", "empty")]
    [InlineData("{{ }}", "empty")]
    [InlineData("{{#if a}}", "{{#if}} is not closed")]
    [InlineData("{{#if a}}{{/each}}", "closes nothing")]
    [InlineData("{{/if}}", "closes nothing")]
    [InlineData("{{else}}", "outside")]
    [InlineData("{{#if a}}{{else}}{{else}}{{/if}}", "second {{else}}")]
    [InlineData("{{#if a}}{{else}}{{else if b}}{{/if}}", "second {{else}}")]
    [InlineData("{{#if a}}{{else each b}}{{/if}}", "else if")]
    [InlineData("{{#if}}x{{/if}}", "needs a value")]
    [InlineData("{{#iff a}}x{{/iff}}", "did you mean 'if'?")]
    [InlineData("{{#upper a}}x{{/upper}}", "unknown block")]
    [InlineData("{{truncat a 5}}", "did you mean 'truncate'?")]
    [InlineData("{{upper (lowr a)}}", "did you mean 'lower'?")]
    [InlineData("{{log a}}", "unknown helper")]
    [InlineData("{{> partial}}", "partials")]
    [InlineData("{{>(lookup . \"x\")}}", "partials")]
    [InlineData("{{* decorator}}", "decorators")]
    [InlineData("{{#*inline \"x\"}}{{/inline}}", "unknown block")]
    [InlineData("{{#> layout}}{{/layout}}", "unknown block")]
    [InlineData("{{&title}}", "'&'")]
    [InlineData("{{^}}", "'^'")]
    [InlineData("{{^if a}}{{/if}}", "'^'")]
    [InlineData("{{{{raw}}}}", "cannot read")]
    [InlineData("{{upper (lower a}}", "do not match")]
    [InlineData("{{upper lower a)}}", "do not match")]
    [InlineData("{{default a \"b}}", "cannot read")]
    [InlineData("{{\"text\"}}", "cannot read")]
    [InlineData("{{date at \"HH:mm\" zone=\"Europe/Olso\"}}", "'Europe/Olso' is no time zone")]
    [InlineData("{{date at zone='Nowhere'}}", "'Nowhere' is no time zone")]
    [InlineData("{{date at \"HH:mm\" tz=\"Europe/Oslo\"}}", "no option 'tz', only zone=")]
    [InlineData("{{date at \"Q\"}}", "'Q' is no format of a time")]
    [InlineData("{{upper a zone=\"UTC\"}}", "'upper' has no option 'zone'")]
    [InlineData("{{truncate a \"5x\"}}", "'truncate' takes a number of characters, not \"5x\"")]
    [InlineData("{{truncate a 5x}}", "'truncate' takes a number")]
    [InlineData("{{truncate a -1}}", "'truncate' takes a number of characters, not -1")]
    [InlineData("{{truncate a 1 2}}", "'truncate' takes 1 or 2 values, and here are 3")]
    [InlineData("{{lookup a}}", "'lookup' takes 2 values, and here is 1")]
    [InlineData("{{link a b c}}", "'link' takes 1 or 2 values, and here are 3")]
    [InlineData("{{#if (eq a)}}x{{/if}}", "'eq' takes 2 values, and here is 1")]
    [InlineData("{{#if a}}x{{else if (eq a b c)}}y{{/if}}", "'eq' takes 2 values, and here are 3")]
    [InlineData("{{upper (lower a b)}}", "'lower' takes 1 value, and here are 2")]
    [InlineData("{{#if a b}}x{{/if}}", "'#if' takes one value, and here are 2; for two that are to be equal write {{#if (eq a b)}}")]
    [InlineData("{{#each a b}}x{{/each}}", "'#each' takes one value")]
    [InlineData("{{replace a}}", "'replace' takes a text")]
    [InlineData("{{replace a \"b\"}}", "'replace' takes a text")]
    [InlineData("{{facts}}", "name the fact")]
    [InlineData("{{#with facts}}{{/with}}", "name the fact")]
    public void Tells_what_is_wrong(string template, string words) =>
        Assert.Contains(words, TemplateSyntax.Read(template).Problem ?? "nothing", StringComparison.Ordinal);

    [Theory]
    [InlineData("{{date at}}")]
    [InlineData("{{date at \"dd.MM. HH:mm\" zone=\"Europe/Oslo\"}}")]
    [InlineData("{{date at format zone=zone_of_the_office}}")]
    [InlineData("{{truncate a length}}")]
    [InlineData("{{truncate (upper a) 5}}")]
    [InlineData("{{#if (eq (upper a) \"B\")}}x{{else if (eq a (lower b))}}y{{/if}}")]
    [InlineData("{{date a \"HH:mm\" zone=\"Europe/Oslo\"}}")]
    [InlineData("{{#each a as |b|}}{{b}}{{/each}}")]
    [InlineData("{{replace (lower a) \"b\" \"c\"}}")]
    public void Finds_nothing_wrong_with_arguments_that_are_right_or_not_known_yet(string template) => Assert.Null(TemplateSyntax.Read(template).Problem);

    [Fact]
    public void Refuses_to_nest_without_end()
    {
        Assert.Contains("deeper", TemplateSyntax.Read(string.Concat(Enumerable.Repeat("{{#if a}}", 10_000))).Problem, StringComparison.Ordinal);
        Assert.Contains("deeper", TemplateSyntax.Read($"{{{{{string.Concat(Enumerable.Repeat("lower (", 10_000))}a{new string(')', 10_000)}}}}}").Problem, StringComparison.Ordinal);
        Assert.Null(TestRules.Problem(string.Concat(Enumerable.Repeat("{{#if a}}", 32)) + string.Concat(Enumerable.Repeat("{{/if}}", 32))));
    }

    [Fact]
    public void Renders_every_template_of_the_grammar() =>
        Grammar(3).Sample(template =>
        {
            Assert.Null(TemplateSyntax.Read(template).Problem);
            var problem = TestRules.Problem(template, Payload, ("changed_files", Events.Known("[\"a\"]")));
            Assert.True(problem is null, problem);
        }, iter: 300);

    [Fact]
    public void Gives_a_diagnostic_a_text_or_a_problem_for_every_mutation() =>
        Gen.Select(Grammar(2), Gen.Int[0, 60], Gen.Int[0, 6], Gen.Char["{}#/^&!>*~()[]|.\"'\\ =@ax"].Array[0, 3].Select(c => new string(c))).Sample((template, at, cut, put) =>
        {
            at = Math.Min(at, template.Length);
            var mutated = template.Remove(at, Math.Min(cut, template.Length - at)).Insert(at, put);
            var compilation = TestRules.Compile($"rules: {{ r: {{ on: '*', then: [say: {{ slack: {System.Text.Json.JsonSerializer.Serialize(mutated)} }}] }} }}");
            if (compilation.RuleSet is { } rules)
            {
                var e = Events.Of(Payload, facts: ("changed_files", Events.Known("[\"a\"]")));
                Assert.Single(Planner.Plan(rules, RuleMatcher.Match(rules, e)).Actions);
            }
            else
            {
                Assert.NotEmpty(compilation.Diagnostics);
            }
        }, iter: 1_000);

    private const string Payload = """{"a":"x","b":["p","q"],"c":{"d":1.5,"e":[{"f":"g"}]},"t":true,"n":null,"date":"2026-01-05T00:00:00Z","link":"https://ok"}""";

    private static Gen<string> Grammar(int depth)
    {
        var path = One("a", "b", "c.d", "c.e[0].f", "c[\"d\"]", "this", "t", "n", "missing.x", "payload.a", "facts.changed_files", "delivery.id", "rule", "date", "link", "@root.a");
        var value = Gen.Frequency(
            (4, path),
            (1, One("\"x y\"", "'z'", "7", "true")),
            (1, path.Select(p => $"(lower {p})")),
            (1, Gen.Select(path, path, (a, b) => $"(eq {a} {b})")),
            (1, path.Select(p => $"(default {p} (upper \"none\"))")));
        var tag = Gen.OneOf(
            One("plain ", "\n", "{ } ", "{{! c }}", "\\{{x}} "),
            path.Select(p => $"{{{{{p}}}}}"),
            path.Select(p => $"{{{{~ {p} ~}}}}"),
            path.Select(p => $"{{{{{{{p}}}}}}}"),
            Gen.Select(One("lower", "upper", "json", "short_sha", "ago", "date", "join"), value, (h, v) => $"{{{{{h} {v}}}}}"),
            Gen.Select(One("default", "eq", "link", "lookup"), value, value, (h, v, w) => $"{{{{{h} {v} {w}}}}}"),
            value.Select(v => $"{{{{truncate {v} 5}}}}"),
            value.Select(v => $"{{{{replace {v} \"x\" \"y\"}}}}"),
            value.Select(v => $"{{{{date {v} \"HH:mm\" zone=\"Europe/Oslo\"}}}}"));
        if (depth == 0)
        {
            return tag;
        }

        var inner = Grammar(depth - 1);
        var block = Gen.Select(One("if", "unless", "with", "each"), value, inner, inner, Gen.Int[0, 2], (b, v, x, y, e) =>
            $"{{{{#{b} {v}}}}}{x}{(e == 0 ? "" : e == 1 || b is "with" or "each" ? $"{{{{else}}}}{y}" : $"{{{{else if {v}}}}}{y}{{{{else}}}}{x}")}{{{{/{b}}}}}");
        return Gen.OneOf(tag, block).Array[1, 4].Select(string.Concat);
    }

    private static Gen<string> One(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
