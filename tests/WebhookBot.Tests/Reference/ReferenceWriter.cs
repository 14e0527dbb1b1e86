using System.Text;
using System.Text.RegularExpressions;
using WebhookBot.Actions;
using WebhookBot.Facts;
using WebhookBot.Intake;
using WebhookBot.Rules;
using WebhookBot.Rules.Language;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Tests.Reference;

/// <summary>Writes the reference page: the prose of the template, with tables and examples where it asks for them: <c>[[keys rule: if unless]]</c>.</summary>
internal static partial class ReferenceWriter
{
    private static readonly Dictionary<string, KeyTable> Tables = new[]
    {
        FileKeys.Sections, FileKeys.Grant, TestKeys.Sections, TestKeys.Test, TestKeys.Event, TestKeys.Played, TestKeys.Expected, RuleKeys.Rule, RuleKeys.Step, RuleKeys.Retry, RuleKeys.Schedule, RuleKeys.Throttle,
        RuleKeys.Debounce, RuleKeys.Digest, SourceKeys.Source, SourceKeys.Verify, SourceKeys.Timestamp, SourceKeys.Place,
    }.ToDictionary(t => t.Name);

    public static string Write()
    {
        var template = File.ReadAllText(Repository.PathOf("tests", "WebhookBot.Tests", "Reference", "rules-reference.template.md"));
        return Place().Replace(template, m => Part(m.Groups["what"].Value, m.Groups["which"].Value.Trim()).TrimEnd('\n'));
    }

    private static string Part(string what, string which) => what switch
    {
        "keys" => Keys(which),
        "example" => Rules(Example.All[which]),
        "example-with-tests" => Rules(Example.All[which]) + "\n" + Tests(Example.All[which]),
        "conditions" => Conditions(which switch { "paths" => ConditionTable.Paths, "values" => ConditionTable.Values, _ => ConditionTable.Combinations }),
        "operators" => Rows(["Operator", "Takes", "Beside it"], ConditionTable.Operators.Select(o => new[] { $"`{o.Name}`", o.Takes, string.Join(", ", o.Options.Select(p => $"`{p}`")) })),
        "helpers" => Rows(["Helper", "Writes", "Template", "Result"], HelperTable.All.Select(h => new[] { $"`{h.Name}`", h.Description, $"`{h.Example}`", $"`{h.Shows}`" })),
        "facts" => Rows(["Fact", "What it is"], FactsSetup.Described.Select(f => new[] { $"`facts.{f.Name}`", f.Description })),
        "presets" => Rows(["Preset", "Sender"], PresetCatalog.All.Select(p => new[] { $"`{p.Name}`", p.Description })),
        "samples" => string.Join(", ", SampleCatalog.Names.Select(n => $"`{n}`")),
        "actions" => string.Join("\n", ActionsSetup.Descriptors.Select(Action)),
        "codes" => Rows(["Code", "Meaning"], DiagnosticTable.All.OrderBy(d => d.Code, StringComparer.Ordinal).Select(d => new[] { $"`{d.Code}`", d.Meaning })),
        _ => throw new InvalidOperationException($"the template asks for '{what}', which nothing writes"),
    };

    private static string Keys(string which)
    {
        var parts = which.Split(':');
        var table = Tables[parts[0].Trim()];
        var names = parts.Length == 1 ? table.Names : parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Rows(["Key", "Takes", "What it does"], names.Select(n => table.Keys.First(k => k.Name == n)).Select(k =>
            new[] { $"`{k.Name}`", k.Takes.InWords, k.Description + (k.IsRequired ? " **Required.**" : "") }));
    }

    private static string Conditions(IEnumerable<ConditionRow> rows) => Rows(
        ["Written", "Holds when", "Example", "holds for", "does not hold for"],
        rows.Select(r => new[] { Code(r.Written), r.Holds, Code(r.Example.Condition), Code(r.Example.Holds), Code(r.Example.Fails) }));

    private static string Action(ActionDescriptor action)
    {
        var text = new StringBuilder($"### `{action.Name}`\n\n{action.Description}\n\n");
        text.Append(Rows(["Argument", "Takes", "What it is"], action.Parameters.Select(p => new[]
        {
            $"`{p.Name}`", Takes(p), p.Description + (p.IsRequired ? " **Required.**" : ""),
        })));
        text.Append(action.Needs is null ? "" : $"\n{action.Needs.InWords}\n");
        return text.Append('\n').Append(Rules(Example.All[action.Name])).Append("\nplans, as a test of it says:\n\n").Append(Tests(Example.All[action.Name])).ToString();
    }

    private static string Takes(ActionParameter parameter)
    {
        var kind = parameter switch
        {
            { OneOf: { } choices } => string.Join(", ", choices),
            { Type: ParameterType.Text } => "a text",
            { Type: ParameterType.TextList } => "a text or a list of texts",
            { Type: ParameterType.TextMapping } => "names and texts",
            { Type: ParameterType.List } => "a list",
            { Type: ParameterType.Number } => "a whole number",
            { Type: ParameterType.Boolean } => "`true` or `false`",
            _ => "anything",
        };
        return parameter.Format switch
        {
            TextFormat.SlackText => $"{kind}, for Slack",
            TextFormat.Markdown => $"{kind}, in Markdown",
            TextFormat.Url => $"{kind}, a URL",
            TextFormat.Json => $"{kind}, inside JSON",
            _ => kind,
        };
    }

    private static string Rules(Example example)
    {
        var series = string.Concat(example.Series.Select(s => $"| {s.At:HH:mm} | {Cell(s.Told)} |\n"));
        return $"```yaml\n{example.Rules.TrimEnd()}\n```\n" + (series.Length == 0 ? "" : $"\n| An event at | What is told of it |\n|---|---|\n{series}");
    }

    private static string Tests(Example example) => $"```yaml\n{example.Tests.TrimEnd()}\n```\n";

    private static string Rows(string[] heads, IEnumerable<string[]> rows)
    {
        var text = new StringBuilder($"| {string.Join(" | ", heads)} |\n|{string.Concat(heads.Select(_ => "---|"))}\n");
        foreach (var row in rows)
        {
            text.Append($"| {string.Join(" | ", row.Select(Cell))} |\n");
        }

        return text.ToString();
    }

    /// <summary>A text as a cell of a table can hold it.</summary>
    public static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);

    private static string Code(string text) => $"`{text}`";

    [GeneratedRegex(@"^\[\[(?<what>[a-z-]+)(?: (?<which>[^\]]+))?\]\]$", RegexOptions.Multiline)]
    private static partial Regex Place();
}
