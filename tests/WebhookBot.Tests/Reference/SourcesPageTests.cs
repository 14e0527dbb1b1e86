using System.Text.RegularExpressions;
using WebhookBot.Cli;
using WebhookBot.Intake;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Tests.Reference;

/// <summary><c>docs/sources.md</c> is what the presets say. After a change, set WRITE_EXPECTED=1 to write it anew, and read the difference.</summary>
public sealed partial class SourcesPageTests
{
    private static readonly string Page = Repository.PathOf("docs", "sources.md");

    [Fact]
    public void Is_what_the_presets_say()
    {
        var written = SourcesPage.Write();
        if (Environment.GetEnvironmentVariable("WRITE_EXPECTED") == "1")
        {
            File.WriteAllText(Page, written);
        }

        Assert.Equal(written, File.ReadAllText(Page));
    }

    [Fact]
    public void Shows_a_source_of_every_preset_that_passes_the_check()
    {
        var sources = Yaml().Matches(File.ReadAllText(Page)).Select(m => m.Groups["yaml"].Value).ToList();
        Assert.Equal(PresetCatalog.All.Count, sources.Count);

        var all = "sources:\n" + string.Concat(sources.Select(s => s.Replace("sources:\n", "", StringComparison.Ordinal)));
        var compiled = new RuleCompiler(BotHost.Vocabulary).Compile([new RuleFile("rules/sources.yml", all)]);

        Assert.Equal([], compiled.Diagnostics);
        Assert.Equal(PresetCatalog.Names.Order(), compiled.RuleSet!.Sources.Select(s => s.Preset!).Order());
    }

    [Fact]
    public void Tells_every_field_of_the_common_view_of_alerts()
    {
        var view = PresetCatalog.EventsOf("alertmanager")!.Find("firing", null)!.Seen.Fields!.Find("alert")!.Fields!;

        Assert.Equal(view.Names.Order(), SourcesPage.AlertFields.Select(f => f.Name).Order());
    }

    [GeneratedRegex("```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Yaml();
}
