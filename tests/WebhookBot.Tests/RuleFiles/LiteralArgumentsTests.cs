using WebhookBot.Cli;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Tests.RuleFiles;

/// <summary>What stands in a rule file and cannot work is told before an event comes.</summary>
public sealed class LiteralArgumentsTests
{
    [Theory]
    [InlineData("http: { url: example.com/hook }", "error WB0133: 'url' is an absolute address; write one such as https://example.com/hook")]
    [InlineData("http: { url: /hook }", "error WB0133: 'url' is an absolute address")]
    [InlineData("http: { url: 'ftp://example.com' }", "error WB0133: the scheme of 'url' is 'ftp', and only https is allowed")]
    [InlineData("http: { url: 'http://example.com/a' }", "warning WB0133: 'url' is refused unless the bot is allowed private addresses (Http:AllowPrivateAddresses); write https://example.com…")]
    [InlineData("http: { url: 'http://127.0.0.1:9/a' }", "warning WB0133: 'url' is an address of the bot's own machine, and is refused unless Http__AllowPrivateAddresses is true; set it where the bot runs")]
    [InlineData("http: { url: 'https://example.com', expect: 2x }", "error WB0133: 'expect' takes statuses such as 200, or 2xx for all that begin with 2")]
    [InlineData("http: { url: 'https://example.com', expect: [2xx, 99] }", "error WB0133: no answer has the status 99; write one such as 200, or 2xx")]
    [InlineData("slack.post: { channel: '#on call', text: x }", "error WB0133: no channel is named '#on call': names of channels have no spaces; write one such as \"#on-call\"")]
    [InlineData("slack.post: { channel: dev, text: x }", "warning WB0133: 'dev' is taken for the channel \"#dev\"; write it so, or \"@dev\" for a person")]
    [InlineData("slack.post: { channel: '#', text: x }", "error WB0133: the channel is empty")]
    [InlineData("slack.post: { channel: '#dev', text: x, blocks: { type: divider } }", "error WB0133: 'blocks' takes a list, found a mapping")]
    [InlineData("slack.post: { channel: '#dev', text: x, buttons: { url: x, label: y } }", "error WB0133: 'buttons' takes a list, found a mapping")]
    [InlineData("slack.message: { channel: '#dev', text: x }", "error WB0130: unknown action 'slack.message'; did you mean 'slack.post'?")]
    [InlineData("github.label: { add: x }", "error WB0132: github.label needs 'number' here, because github.push has no pull_request.number or issue.number or number to take it from")]
    [InlineData("github.comment: { body: x }", "error WB0132: github.comment needs 'number' here")]
    [InlineData("http: { url: 'https://example.com', headers: { Host: example.org } }", "error WB0133: the header 'Host' may not be set by a rule")]
    [InlineData("http: { url: 'https://example.com', headers: { Webhook-Id: '{{after}}' } }", "error WB0133: the header 'Webhook-Id' may not be set by a rule")]
    [InlineData("http: { url: 'https://example.com', headers: { 'X Key': a } }", "error WB0133: the header 'X Key' is not a valid header")]
    [InlineData("http: { url: 'https://example.com', headers: { 'X Key': '{{after}}' } }", "error WB0133: the header 'X Key' is not a valid header")]
    [InlineData("http: { url: 'https://example.com', headers: { X-Name: Zoë } }", "error WB0133: the header 'X-Name' holds a line end or another character that headers cannot carry")]
    [InlineData("http: { url: 'https://example.com', headers: { Content-Type: nonsense } }", "error WB0133: the header 'Content-Type' is not a valid header")]
    [InlineData("github.dispatch: { event_type: y, ref: main }", "error WB0133: 'ref' goes with 'workflow', which is not here")]
    [InlineData("github.dispatch: { workflow: y.yml, client_payload: { a: 1 } }", "error WB0133: 'client_payload' goes with 'event_type', which is not here")]
    [InlineData("github.dispatch: { workflw: y.yml, ref: main }", "error WB0131: unknown argument of github.dispatch 'workflw'; did you mean 'workflow'?")]
    [InlineData("slack.post: { channe: '#dev', text: x }", "error WB0131: unknown argument of slack.post 'channe'; did you mean 'channel'?")]
    [InlineData("github.comment: { number: 4, body: '' }", "error WB0133: the comment is empty")]
    [InlineData("github.label: { number: 0, add: x }", "error WB0133: no issue or pull request has the number 0")]
    [InlineData("github.label: { number: -3, add: x }", "error WB0133: no issue or pull request has the number -3")]
    [InlineData("http: { url: 'https://example.com', body: { '{{ref}}': 1 } }", "warning WB0134: a key is sent as it stands, also {{ref}}; to have a value there, write all of it as one text")]
    [InlineData("http: { url: 'https://example.com', body: '{\"x\":{{ref}}}' }", "error WB0134: '{{ref}}}' is closed by two braces and not by three; write a blank before the third")]
    [InlineData("slack.post: { channel: '#dev', text: '{{(upper ref)}}' }", "error WB0134: a helper is called without parentheses: {{upper ref}}")]
    [InlineData("slack.post: { channel: '#dev', text: '{{facts.changed_files.length}}' }", "warning WB0165: github.push has no facts.changed_files, so this can never be decided; events that have it begin with pull_request")]
    [InlineData("{ slack.post: { channel: '#dev', text: x }, when: { after: '{{before}}' } }", "warning WB0106: conditions have no templates: this asks for the text {{before}}")]
    [InlineData("github.label: { number: 4, add: x, create: red }", "error WB0133: create: 'red' is no colour of six hexadecimal digits, such as d73a4a")]
    [InlineData("github.label: { number: 4, add: [x, ..] }", "error WB0133: '.' and '..' cannot be labels")]
    [InlineData("github.label: { number: 4, add: x, repository: shop }", "error WB0133: 'repository' is of the form owner/name")]
    public void Tells_what_cannot_work(string step, string told) => Assert.StartsWith(told, Assert.Single(Told("github.push", step)), StringComparison.Ordinal);

    [Theory]
    [InlineData("github.push", "http: { url: 'https://example.com/{{ref}}', expect: [200, 2xx, 4XX] }")]
    [InlineData("github.push", "http: { url: '{{repository.html_url}}' }")]
    [InlineData("github.push", "http: { url: 'https://example.com', headers: { Authorization: 'Bearer {{after}}', X-Ref: main, Content-Type: 'text/plain; charset=utf-8', Content-MD5: '{{after}}', User-Agent: us } }")]
    [InlineData("github.push", "github.label: { number: 4, add: x, create: '#D73a4a', repository: acme/shop }")]
    [InlineData("github.push", "github.label: { number: 4, add: x, create: '{{vars.colour}}', repository: '{{repository.owner.login}}/shop' }")]
    [InlineData("github.push", "slack.post: { channel: '#dev', text: x }")]
    [InlineData("github.push", "slack.post: { channel: '#dev', text: '{{#each commits as |c i|}}{{c.message}} {{i}}{{/each}} {{repository/name}}' }")]
    [InlineData("github.push", "http: { url: 'https://example.com', body: '{\"x\":\"{{ref}}\" }' }")]
    [InlineData("github.push", "github.dispatch: { workflow: a.yml, ref: main, inputs: { a: b } }")]
    [InlineData("github.*", "slack.post: { channel: '#dev', text: '{{facts.changed_files.length}}' }")]
    [InlineData("[github.push, github.pull_request_review.submitted]", "slack.post: { channel: '#dev', text: '{{facts.changed_files.length}}' }")]
    [InlineData("github.push", "slack.post: { channel: '@octocat', text: x }")]
    [InlineData("github.push", "slack.post: { channel: '@some.body@example.com', text: x }")]
    [InlineData("github.push", "slack.post: { channel: C012AB3CD, text: x, blocks: [{ type: divider }], buttons: [{ url: 'https://example.com', label: y }] }")]
    [InlineData("github.push", "slack.post: { channel: '{{default repository.name \"dev\"}}', text: x }")]
    [InlineData("github.push", "github.label: { number: 4, add: x }")]
    [InlineData("github.push", "github.dispatch: { workflow: a.yml }")]
    [InlineData("github.*", "github.comment: { key: k, body: x }")]
    [InlineData("[github.push, github.issues.opened]", "github.label: { add: x }")]
    [InlineData("github.issue_comment.created", "github.label: { add: x }")]
    [InlineData("alert.firing", "github.comment: { key: k, body: x }")]
    [InlineData("billing.invoice.paid", "github.comment: { key: k, body: x }")]
    public void Says_nothing_about_what_may_work(string on, string step) => Assert.Equal([], Told(on, step));

    [Theory]
    [InlineData("verify: { hmac: sha256, header: X S, secret: A_SECRET }", "error WB0106: 'X S' cannot be the name of a header")]
    [InlineData("verify: { token: 'X:T', secret: A_SECRET }", "error WB0106: 'X:T' cannot be the name of a header")]
    [InlineData("verify: { token: X-T, secret: A_SECRET, prefix: z }", "error WB0141: 'prefix' says more about a signature, and 'token' is none; leave it out")]
    [InlineData("verify: { hmac: sha256, header: X-S, signed: '{id}.{body}', secret: A_SECRET }", "error WB0141: 'signed' has {id}; say in which header it stands: id: { header: X-Id }")]
    [InlineData("verify: { hmac: sha256, header: X-S, secret: A_SECRET }, id: { json: 'a..b' }", "error WB0120: 'a..b' is no path in a body; write one such as order.id, which goes through no list")]
    [InlineData("verify: { hmac: sha256, header: X-S, secret: A_SECRET }, subject: { json: 'items[0].id' }", "error WB0120: 'items[0].id' is no path in a body")]
    [InlineData("verify: { hmac: sha256, header: X-S, signed: '{id}.{body}', secret: A_SECRET }, id: { header: X-Id }", null)]
    public void Tells_what_no_sender_can_send(string source, string? told) =>
        Assert.Equal(told is null ? [] : [told], Compile($"sources: {{ own: {{ {source}, event: {{ header: X-Event }} }} }}\n").Select(t => told is null || t.Length < told.Length ? t : t[..told.Length]));

    [Theory]
    [InlineData("o: github.push, then: [slack.post: { channel: '#dev', text: x }]", "error WB0100: unknown key of a rule 'o'; did you mean 'on'?")]
    [InlineData("On: github.push, then: [slack.post: { channel: '#dev', text: x }]", "error WB0100: unknown key of a rule 'On'; did you mean 'on'?")]
    [InlineData("on: github.push, the: [slack.post: { channel: '#dev', text: x }]", "error WB0100: unknown key of a rule 'the'; did you mean 'then'?")]
    [InlineData("on: github.push, else: [slack.post: { channel: '#dev', text: x }]", "warning WB0172: 'else' is done when the conditions do not hold, and this rule has none; add 'if', or leave it out")]
    public void Tells_a_slip_once(string rule, string told) => Assert.Equal(told, Assert.Single(Compile($"rules: {{ r: {{ {rule} }} }}\n")));

    [Fact]
    public void Takes_the_body_of_a_call_from_a_file()
    {
        RuleFile? asked = null;
        var compiled = new RuleCompiler(BotHost.Vocabulary).Compile([new RuleFile("r.yml", "rules: { r: { on: github.push, then: [http: { url: 'https://example.com', body: { file: texts/a.json } }] } }")], (_, name) => (asked = new RuleFile(name, "{\"ref\":\"{{ref}}\"}"), null));
        Assert.Equal(("texts/a.json", 0), (asked?.Path, compiled.Diagnostics.Count));
        Assert.Contains(asked!.Path, compiled.RuleSet!.Files);
        Assert.Equal("error WB0183: there is none", Assert.Single(new RuleCompiler(BotHost.Vocabulary).Compile(
            [new RuleFile("r.yml", "rules: { r: { on: github.push, then: [http: { url: 'https://example.com', body: { file: nowhere.md } }] } }")], (_, _) => (null, "there is none")).Diagnostics).ToString().Split(": ", 2)[1]);
    }

    [Fact]
    public void Tells_a_mistake_of_a_text_file_once_however_many_steps_use_it()
    {
        const string Step = "slack.post: { channel: '#dev', text: { file: a.md } }";
        var told = new RuleCompiler(BotHost.Vocabulary).Compile([new RuleFile("r.yml", $"rules: {{ r: {{ on: github.push, then: [{Step}, {{ {Step}, when: {{ ref: x }} }}, {{ {Step}, when: {{ ref: y }} }}] }} }}")], (_, name) => (new RuleFile(name, "{{nope ref}}"), null)).Diagnostics;
        Assert.Single(told, d => d.Severity == Severity.Error);
    }

    [Fact]
    public void Warns_of_a_branch_where_the_whole_reference_is_sent()
    {
        var told = Compile("rules:\n  r:\n    on: github.push\n    if: { ref: main }\n    then: [slack.post: { channel: '#dev', text: x }]\n");
        Assert.Equal("warning WB0166: 'ref' always begins with refs/, so it never equals the text 'main'; write refs/heads/main", Assert.Single(told));
        Assert.Empty(Compile("rules:\n  r:\n    on: [github.create, github.push]\n    if: { ref: main }\n    then: [slack.post: { channel: '#dev', text: x }]\n"));
    }

    private static List<string> Told(string on, string step) => Compile($"rules:\n  r:\n    on: {on}\n    then: [{step}]\n");

    private static List<string> Compile(string text) =>
        [.. new RuleCompiler(BotHost.Vocabulary).Compile([new RuleFile("r.yml", text), new RuleFile("vars.yml", "vars: { colour: d73a4a }")]).Diagnostics.Select(d => d.ToString().Split(": ", 2)[1])];
}
