using WebhookBot.Actions;
using WebhookBot.Facts;
using WebhookBot.Intake;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Language;

namespace WebhookBot.Tests.Reference;

/// <summary>
/// <c>docs/rules-reference.md</c> is what the descriptions in the code say. To write it anew after a change, set WRITE_EXPECTED=1, and read
/// the difference; the prose stands in <c>rules-reference.template.md</c> here.
/// </summary>
public sealed class ReferenceTests
{
    private static readonly string Page = Repository.PathOf("docs", "rules-reference.md");

    [Fact]
    public void Is_what_the_descriptions_say()
    {
        var written = ReferenceWriter.Write();
        if (Environment.GetEnvironmentVariable("WRITE_EXPECTED") == "1")
        {
            File.WriteAllText(Page, written);
        }

        Assert.Equal(written, File.ReadAllText(Page));
    }

    [Fact]
    public void Leaves_nothing_out()
    {
        var page = ReferenceWriter.Write();
        KeyTable[] tables =
        [
            FileKeys.Sections, FileKeys.Grant, TestKeys.Sections, TestKeys.Test, TestKeys.Event, TestKeys.Played, TestKeys.Expected, RuleKeys.Rule, RuleKeys.Step, RuleKeys.Retry, RuleKeys.Schedule, RuleKeys.Throttle,
            RuleKeys.Debounce, RuleKeys.Digest, SourceKeys.Source, SourceKeys.Verify, SourceKeys.Timestamp, SourceKeys.Place,
        ];
        var rows = tables.SelectMany(t => t.Keys.Select(k => (k.Name, k.Description)))
            .Concat(ActionsSetup.Descriptors.SelectMany(a => a.Parameters.Select(p => (p.Name, p.Description))))
            .Concat(HelperTable.All.Select(h => (h.Name, h.Description)));

        Assert.All(rows, row => Assert.Matches($@"(?m)^\| `{row.Name}` \|.*{System.Text.RegularExpressions.Regex.Escape(ReferenceWriter.Cell(row.Description))}", page));
        Assert.All(Example.All.Values, e => Assert.Contains(e.Rules.Trim(), page, StringComparison.Ordinal));
        Assert.All(FactsSetup.Names, f => Assert.Contains($"`facts.{f}`", page, StringComparison.Ordinal));
        Assert.All(PresetCatalog.Names, p => Assert.Contains($"| `{p}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Explains_each_code_once()
    {
        var codes = typeof(DiagnosticCode).GetFields().Select(f => (string)f.GetValue(null)!).Order();

        Assert.Equal(codes, DiagnosticTable.All.Select(d => d.Code).Order());
    }
}
