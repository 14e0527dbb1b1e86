using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Tests.Conditions;

/// <summary>Where a path leads, and what is no path.</summary>
public class FieldPathTests
{
    [Theory]
    [InlineData("a.b.c: 1", """{"a":{"b":{"c":1}}}""", true)]
    [InlineData("payload.a: 1", """{"a":1}""", true)]
    [InlineData("payload.payload: 1", """{"payload":1}""", true)]
    [InlineData("payload.facts.x: 1", """{"facts":{"x":1}}""", true)]
    [InlineData("payload.vars.x: 1", """{"vars":{"x":1}}""", true)]
    [InlineData("'labels[\"a.b\"]': 1", """{"labels":{"a.b":1}}""", true)]
    [InlineData("'labels[\"a b\"].c': 1", """{"labels":{"a b":{"c":1}}}""", true)]
    [InlineData("'a[1].b': 2", """{"a":[{"b":1},{"b":2}]}""", true)]
    [InlineData("'a[2].b': 2", """{"a":[{"b":1},{"b":2}]}""", false)]
    [InlineData("'a[0]': 1", """{"a":{"0":1}}""", false)]
    [InlineData("'[0].a': 1", """[{"a":1}]""", true)]
    [InlineData("a.b: 2", """{"a":[{"b":1},{"b":2}]}""", true)]
    [InlineData("a.b.c: 3", """{"a":[{"b":[{"c":1},{"c":3}]}]}""", true)]
    [InlineData("'a.b[0]': 3", """{"a":[{"b":[1]},{"b":[3]}]}""", true)]
    [InlineData("'a[0][1]': 3", """{"a":[[1,3]]}""", true)]
    [InlineData("a.b: 2", """{"a":"text"}""", false)]
    [InlineData("delivery.id: d-1", "{}", true)]
    [InlineData("delivery.source: github", "{}", true)]
    [InlineData("delivery.event: github.push", "{}", true)]
    [InlineData("delivery.subject: 'github:*/shop'", "{}", true)]
    [InlineData("a: 1", "5", false)]
    [InlineData("a: 1", "null", false)]
    public void Leads_to_the_field(string condition, string payload, bool holds) =>
        Assert.Equal(holds.ToTruth(), TestRules.Verdict(condition, payload));

    [Theory]
    [InlineData("")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("a]")]
    [InlineData("a[")]
    [InlineData("a[]")]
    [InlineData("a[x]")]
    [InlineData("a[-1]")]
    [InlineData("a[\"]")]
    [InlineData("a[\"b]")]
    [InlineData("a[\"b\"")]
    [InlineData("a[0]b")]
    [InlineData("a[99999999999]")]
    [InlineData("facts")]
    [InlineData("facts[0]")]
    [InlineData("delivery")]
    [InlineData("delivery.body")]
    public void Refuses_what_is_no_path(string text)
    {
        Assert.Null(FieldPath.TryParse(text, out var problem));
        Assert.NotNull(problem);
    }

    [Fact]
    public void Reads_a_payload_of_64_levels()
    {
        var payload = string.Concat(Enumerable.Repeat("""{"a":""", 63)) + "{\"b\":7}" + new string('}', 63);
        Assert.Equal(Truth.True, TestRules.Verdict(string.Join('.', Enumerable.Repeat("a", 63)) + ".b: 7", payload));
        var arrays = new string('[', 62) + "7" + new string(']', 62);
        Assert.Equal(Truth.False, TestRules.Verdict("a.b: 7", $$"""{"a":{{arrays}}}"""));
        Assert.Equal(Truth.True, TestRules.Verdict("a: { count: 1 }", $$"""{"a":{{arrays}}}"""));
    }

    [Theory]
    [InlineData("""{"\ud800":1,"a":"x"}""")]
    [InlineData("""{"a":"x","\udc00x":1}""")]
    public void Reads_past_names_with_half_a_surrogate_pair(string payload)
    {
        Assert.Equal(Truth.True, TestRules.Verdict("a: x", payload));
        Assert.Equal(Truth.False, TestRules.Verdict("b: x", payload));
        Assert.Equal("x", TestRules.Render("{{a}}", payload));
        Assert.Contains("a=x", TestRules.Render("{{#each this}}{{@key}}={{this}};{{/each}}", payload), StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_half_a_surrogate_pair_as_the_replacement_character()
    {
        const string Payload = """{"a":"x\ud800y"}""";
        Assert.Equal(Truth.True, TestRules.Verdict("a: { starts_with: x, ends_with: y }", Payload));
        Assert.Equal(Truth.True, TestRules.Verdict("a: \"x\uFFFDy\"", Payload));
        Assert.Equal(Truth.True, TestRules.Verdict("a: { matches: '^x.y$' }", Payload));
        Assert.Equal("x\uFFFDy", TestRules.Render("{{a}}", Payload));
        Assert.Equal("\"x\uFFFDy\"", TestRules.Render("{{json (lower a)}}", Payload));
    }
}
