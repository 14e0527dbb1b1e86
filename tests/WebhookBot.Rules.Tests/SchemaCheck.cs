using NJsonSchema;
using NJsonSchema.Validation;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Tests;

/// <summary>Asks a JSON Schema validator what it has against a rule file.</summary>
internal static class SchemaCheck
{
    private const int Most = 2_000;

    private static int _asked;

    private static readonly Lazy<JsonSchema> ForTests = new(() => Read(TestRules.Vocabulary));
    private static readonly Lazy<JsonSchema> ForKnownEvents = new(() => Read(KnownEvents.Vocabulary));

    /// <summary>What the schema has against the file; nothing for one that is valid.</summary>
    public static IReadOnlyList<string> Problems(string yaml, bool knowsEvents = false)
    {
        var told = new DiagnosticBag();
        var root = YamlReader.Read(new RuleFile("rules.yml", yaml), told);
        var schema = (knowsEvents ? ForKnownEvents : ForTests).Value;
        return root is null ? [] : [.. new JsonSchemaValidator().Validate(root.ToJson().GetRawText(), schema).Select(e => e.ToString())];
    }

    /// <summary>Whatever compiles is valid. Huge files are left out, and of the random rules of property tests all but the first thousands.</summary>
    public static void AssertTakes(IEnumerable<string> texts) =>
        Assert.All(texts.Where(t => t.Length < 20_000 && Interlocked.Increment(ref _asked) <= Most), text => Assert.True(Problems(text) is [], $"{string.Join('\n', Problems(text))}\n{text}"));

    private static JsonSchema Read(RuleVocabulary vocabulary) =>
        JsonSchema.FromJsonAsync(new SchemaWriter(vocabulary).Write()).GetAwaiter().GetResult();
}
