using System.Text.Json;
using CsCheck;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Tests.Templates;

/// <summary>What a payload says can neither ping anybody nor disguise a link, wherever it is written.</summary>
public class EscapingTests
{
    [Theory]
    [InlineData("<!channel>")]
    [InlineData("<!here>")]
    [InlineData("<!subteam^S1>")]
    [InlineData("<@U1>")]
    [InlineData("<#C1>")]
    [InlineData("<https://evil|github.com>")]
    [InlineData("<mailto:a@b|c>")]
    [InlineData("&lt;!channel&gt;")]
    public void Keeps_Slack_from_reading_markup(string value)
    {
        var payload = JsonSerializer.Serialize(new { v = value, u = "https://ok/x", list = new[] { value } });
        foreach (var template in new[]
        {
            "{{v}}", "{{truncate v 50}}", "{{join list}}", "{{#each list}}{{this}}{{/each}}", "{{default missing v}}", "{{json v}}", "{{link v v}}", "{{list}}", "{{lookup this \"v\"}}",
        })
        {
            Assert.DoesNotContain('<', TestRules.Render(template, payload, "slack"));
            Assert.DoesNotContain('>', TestRules.Render(template, payload, "slack"));
        }

        Assert.Matches("^<https://ok/x\\|[^<>|]*>$", TestRules.Render("{{link u v}}", payload, "slack"));
    }

    [Theory]
    [InlineData("<{{v}}|see>", "!channel", "<%21channel|see>")]
    [InlineData("<{{v}}>", "!here", "<%21here>")]
    [InlineData("<{{v}}>", "@U012AB3CD", "<%40U012AB3CD>")]
    [InlineData("<{{v}}>", "#C012AB3CD", "<%23C012AB3CD>")]
    [InlineData("<{{v}}>", "\u200b!here", "<%21here>")]
    [InlineData("<{{v}}|see>", "https://evil|https://good", "<https://evil%7Chttps://good|see>")]
    [InlineData("<{{v}}|see>", "https://evil> <!channel", "<https://evil&gt;%20&lt;!channel|see>")]
    [InlineData("<https://ok/{{v}}|see>", "a|b\nc", "<https://ok/a%7Cb%0Ac|see>")]
    [InlineData("<https://ok/{{truncate v 9}}|see>", "a|b", "<https://ok/a%7Cb|see>")]
    [InlineData("<https://ok/#{{v}}|#{{v}}>", "1", "<https://ok/#1|#1>")]
    [InlineData("<https://ok|{{v}}> {{v}}", "a|b !c", "<https://ok|a|b !c> a|b !c")]
    [InlineData("{{#if v}}<{{/if}}{{v}}|x>", "!here", "<%21here|x>")]
    [InlineData("a < b {{v}}", "!c|d", "a < b !c|d")]
    public void Keeps_a_value_in_the_address_of_a_Slack_link_an_address(string template, string value, string expected) =>
        Assert.Equal(expected, TestRules.Render(template, JsonSerializer.Serialize(new { v = value }), "slack"));

    [Theory]
    [InlineData("https://ok/|<!channel>", "^<https://ok/%7C&lt;!channel&gt;\\|x>$")]
    [InlineData("javascript:alert(1)", "^x$")]
    [InlineData("file:///etc/passwd", "^x$")]
    [InlineData("", "^x$")]
    public void Links_only_the_web_in_Slack(string url, string expected) =>
        Assert.Matches(expected, TestRules.Render("{{link u \"x\"}}", JsonSerializer.Serialize(new { u = url }), "slack"));

    [Theory]
    [InlineData("slack")]
    [InlineData("markdown")]
    public void Drops_what_cannot_be_seen(string format)
    {
        const string Invisible = "a\u202eb\u200bc\u2066d\u2069e\ufefff\u200dg\u061ch\u00adi\u180ej";
        Assert.Equal("abcdefghij", TestRules.Render("{{v}}", JsonSerializer.Serialize(new { v = Invisible }), format));
    }

    [Theory]
    [InlineData("@acme/team", "@\u200bacme/team")]
    [InlineData("me @", "me @\u200b")]
    [InlineData("@\u200bacme", "@\u200bacme")]
    [InlineData("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)>")]
    [InlineData("<!-- hidden -->", "&lt;!-- hidden -->")]
    [InlineData("[github.com](https://evil)", "&#91;github.com&#93;(https://evil)")]
    [InlineData("![x](https://track)", "!&#91;x&#93;(https://track)")]
    [InlineData("\\[x\\](https://evil)", "\\&#91;x\\&#93;(https://evil)")]
    public void Keeps_Markdown_from_reading_markup(string value, string expected) =>
        Assert.Equal(expected, TestRules.Render("{{v}}", JsonSerializer.Serialize(new { v = value }), "markdown"));

    [Fact]
    public void Keeps_a_label_in_its_Markdown_link()
    {
        var payload = JsonSerializer.Serialize(new { v = "a\\](https://evil) [b", u = "https://ok/(x) y" });
        Assert.Equal("[a\\&#93;(https://evil) &#91;b](https://ok/%28x%29%20y)", TestRules.Render("{{link u v}}", payload, "markdown"));
    }

    [Theory]
    [InlineData("{{u}}", "https://ok/a%20b?q=1&r=%C3%A5")]
    [InlineData("https://x/{{u}}", "https://x/https%3A%2F%2Fok%2Fa%20b%3Fq%3D1%26r%3D%C3%A5")]
    [InlineData("https://x/{{p}}", "https://x/..%2F..%2Fadmin%3Fx")]
    [InlineData("{{none}}{{u}}", "https://ok/a%20b?q=1&r=%C3%A5")]
    [InlineData("{{#if u}}{{u}}{{/if}}", "https://ok/a%20b?q=1&r=%C3%A5")]
    public void Encodes_values_inside_a_url_and_keeps_one_at_its_start(string template, string expected) =>
        Assert.Equal(expected, TestRules.Render(template, """{"u":"https://ok/a b?q=1&r=å","p":"../../admin?x"}""", "url"));

    [Fact]
    public void Keeps_a_value_in_its_JSON_string()
    {
        var value = "a\"b\\c\n\u2028<å>\u0000";
        var text = TestRules.Render("{\"x\":\"{{v}}\"}", JsonSerializer.Serialize(new { v = value }), "json");
        Assert.Equal(value, JsonDocument.Parse(text).RootElement.GetProperty("x").GetString());
    }

    [Fact]
    public void Leaves_plain_texts_alone() => Assert.Equal("<@U1> & [x]", TestRules.Render("{{v}}", """{"v":"<@U1> & [x]"}"""));

    [Fact]
    public void Escapes_texts_in_structures_and_not_the_authors_own()
    {
        var action = TestRules.PlanStep("do.all: { title: x, blocks: [{ text: { text: '<!here> {{v}}' } }] }", """{"v":"<!channel>"}""");
        Assert.Equal("<!here> &lt;!channel&gt;", action.Arguments.GetProperty("blocks")[0].GetProperty("text").GetProperty("text").GetString());
    }

    [Fact]
    public void Warns_of_what_is_not_escaped_and_writes_it()
    {
        var compilation = TestRules.Compile("rules: { r: { on: '*', then: [say: { slack: '{{{v}}}' }] } }");
        var warning = Assert.Single(compilation.Diagnostics);
        Assert.Equal((Severity.Warning, DiagnosticCode.UnescapedTemplate), (warning.Severity, warning.Code));
        Assert.Equal("<!here>", TestRules.Render("{{{v}}}", """{"v":"<!here>"}""", "slack"));
        Assert.Equal("\\<!here>", TestRules.Render("\\\\{{{v}}}", """{"v":"<!here>"}""", "slack"));
    }

    [Fact]
    public void Lets_no_value_bring_markup_along() =>
        Gen.Select(Gen.OneOf(Gen.String, Gen.String["<>|&!@#U1[](){}\\`*_ \u202e\u200b"]), Gen.Int[0, 3]).Sample((value, i) =>
        {
            var payload = JsonSerializer.Serialize(new { v = value, u = "https://ok" });
            var template = new[] { "{{v}}", "{{truncate v 9}}", "{{upper v}}", "{{json v}}" }[i];
            Assert.DoesNotMatch("[<>]", TestRules.Render(template, payload, "slack"));
            Assert.DoesNotMatch("[<\\[\\]]|@(?!\u200b)", TestRules.Render(template, payload, "markdown"));
            Assert.Matches("^<https://ok\\|[^<>|]*>$", TestRules.Render("{{link u v}}", payload, "slack"));
            Assert.Matches("^\\[[^<\\[\\]]*\\]\\(https://ok\\)$", TestRules.Render("{{link u v}}", payload, "markdown").ReplaceLineEndings(" "));
        }, iter: 1_000);
}
