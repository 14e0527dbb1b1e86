using NJsonSchema;
using NJsonSchema.Validation;
using WebhookBot.Cli;
using WebhookBot.RuleFiles;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Testing;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Reference;

/// <summary>The schema that lies beside the shipped rules is the one of this version, and takes them. WRITE_EXPECTED=1 writes it.</summary>
public sealed class ShippedSchemaTests
{
    private static readonly string Written = new SchemaWriter(BotHost.Vocabulary).Write();
    private static readonly string Beside = Repository.PathOf("rules", "webhookbot.schema.json");
    private static readonly string BesideTests = Repository.PathOf("rules", "tests", "webhookbot-tests.schema.json");
    private static readonly Task<JsonSchema> TestSchema = JsonSchema.FromJsonAsync(new TestSchemaWriter(BotHost.Vocabulary).Write());
    private static readonly Task<JsonSchema> Schema = JsonSchema.FromJsonAsync(Written);

    public static TheoryData<string> Shipped => [.. RuleFileLoader.Find(Repository.PathOf("rules")).Select(f => Path.GetFileName(f))];

    public static TheoryData<string> ShippedTests => [.. RuleFileLoader.FindTests(Repository.PathOf("rules")).Select(f => Path.GetFileName(f))];

    public static TheoryData<string> Examples => [.. Example.All.Keys];

    [Fact]
    public void Lies_beside_the_shipped_rules_as_this_version_writes_it()
    {
        if (Environment.GetEnvironmentVariable("WRITE_EXPECTED") == "1")
        {
            File.WriteAllText(Beside, Written);
        }

        Assert.Equal(Written, File.ReadAllText(Beside));
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public async Task Takes_the_shipped_rules_which_name_it(string file)
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf("rules", file), TestContext.Current.CancellationToken);

        Assert.StartsWith("# yaml-language-server: $schema=./webhookbot.schema.json\n", text, StringComparison.Ordinal);
        Assert.Empty(await ProblemsAsync(text));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Takes_the_examples_of_the_reference(string name) => Assert.Empty(await ProblemsAsync(Example.All[name].Rules));

    [Theory]
    [InlineData("rules: { r: { on: github.push, then: [slack.pst: { channel: c }] } }")]
    [InlineData("rules: { r: { on: github.push, then: [slack.post: { text: x }] } }")]
    [InlineData("rules: { r: { on: github.push, if: { facts.changed_fils: 1 }, then: [http: { url: 'https://example.com' }] } }")]
    [InlineData("sources: { s: { preset: githb, secret: S } }")]
    public async Task Refuses_what_this_version_does_not_know(string text) => Assert.NotEmpty(await ProblemsAsync(text));

    [Fact]
    public async Task Offers_events_actions_arguments_and_operators()
    {
        var schema = await Schema;

        Assert.Contains("github.pull_request.opened", schema.Definitions["event"].AnyOf.First().Enumeration);
        Assert.Contains("alertmanager.firing", schema.Definitions["event"].AnyOf.First().Enumeration);
        Assert.Contains("slack.post", schema.Definitions["step"].Properties.Keys);
        Assert.Contains("channel", schema.Definitions["action-slack.post"].Properties.Keys);
        Assert.Contains("starts_with", schema.Definitions["value"].AnyOf.Last().Properties.Keys);
        Assert.Contains("facts.changed_files", schema.Definitions["condition"].Properties.Keys);
        Assert.All(schema.Definitions["rule"].Properties.Values, p => Assert.NotEmpty(p.Description!));
    }

    [Fact]
    public async Task Is_what_the_verb_writes()
    {
        using var shell = new Shell();
        var run = await shell.RunAsync("schema");

        Assert.Equal((0, Written, ""), (run.Code, run.Out, run.Error));
    }

    [Fact]
    public async Task That_of_tests_lies_beside_the_shipped_tests_as_the_verb_writes_it()
    {
        using var shell = new Shell();
        var written = (await shell.RunAsync("schema", "--tests")).Out;
        if (Environment.GetEnvironmentVariable("WRITE_EXPECTED") == "1")
        {
            await File.WriteAllTextAsync(BesideTests, written, TestContext.Current.CancellationToken);
        }

        Assert.Equal(written, await File.ReadAllTextAsync(BesideTests, TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(ShippedTests))]
    public async Task Takes_the_shipped_tests_which_name_it(string file)
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf("rules", "tests", file), TestContext.Current.CancellationToken);

        Assert.StartsWith("# yaml-language-server: $schema=./webhookbot-tests.schema.json\n", text, StringComparison.Ordinal);
        Assert.Empty(await ProblemsAsync(text, TestSchema));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Takes_the_tests_of_the_examples(string name) => Assert.Empty(await ProblemsAsync(Example.All[name].Tests, TestSchema));

    [Theory]
    [InlineData("tests: { t: { evnt: github.push, expect: {} } }")]
    [InlineData("tests: { t: { event: github.push } }")]
    [InlineData("tests: { t: { event: github.push, events: [{ event: github.push }], expect: {} } }")]
    [InlineData("tests: { t: { events: [], expect: {} } }")]
    [InlineData("tests: { t: { events: [{ event: github.push }], at: 2026-01-05, expect: {} } }")]
    [InlineData("tests: { t: { event: github.push, facts: { changed_flies: [] }, expect: {} } }")]
    [InlineData("tests: { t: { event: github.push, expect: { r: nothing } } }")]
    [InlineData("tests: { t: { event: github.push, expect: { r: [slack.pst: {}] } } }")]
    [InlineData("tests: { t: { event: github.push, expect: { r: [slack.post: { chanel: x }] } } }")]
    [InlineData("tests: { t: { event: github.push, expect: { r: [{ slack.post: {}, waits: soon }] } } }")]
    public async Task That_of_tests_refuses_what_the_verb_refuses(string text) => Assert.NotEmpty(await ProblemsAsync(text, TestSchema));

    private static Task<ICollection<ValidationError>> ProblemsAsync(string yaml) => ProblemsAsync(yaml, Schema);

    private static async Task<ICollection<ValidationError>> ProblemsAsync(string yaml, Task<JsonSchema> schema)
    {
        var root = YamlReader.Read(new RuleFile("rules.yml", yaml), new DiagnosticBag())!;
        return new JsonSchemaValidator().Validate(root.ToJson().GetRawText(), await schema);
    }
}
