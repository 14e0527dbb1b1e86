using System.Runtime.CompilerServices;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Tests.Compilation;

/// <summary>
/// Every mistake of the files in <c>Broken/</c> is told, with its place, and nothing else. Beside each file lies what is expected, a line a
/// diagnostic. To write the expectations anew after a change, set WRITE_EXPECTED=1, and read the difference.
/// </summary>
public class BrokenFilesTests
{
    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "Broken");

    [Theory]
    [InlineData("rules")]
    [InlineData("conditions")]
    [InlineData("steps")]
    [InlineData("sources")]
    [InlineData("timing")]
    [InlineData("yaml")]
    [InlineData("events")]
    [InlineData("conflicts")]
    public void Tells_every_mistake_at_its_place(string name)
    {
        var told = Diagnose(name);
        var expected = Path.Combine(Folder(), name + ".expected");
        if (Environment.GetEnvironmentVariable("WRITE_EXPECTED") == "1")
        {
            File.WriteAllLines(expected, told);
        }

        Assert.Equal(File.ReadAllLines(expected), told);
    }

    [Fact]
    public void Tells_the_mistakes_of_all_files_in_one_go()
    {
        string[] names = ["conditions", "rules", "sources", "steps", "timing", "yaml"];
        var together = Diagnose(names);
        Assert.True(together.Count >= 100, $"{together.Count} diagnostics");
        foreach (var line in names.SelectMany(n => Diagnose(n)))
        {
            Assert.Contains(line, together.Append(line.Contains("WB0103", StringComparison.Ordinal) || line.Contains("no source is named", StringComparison.Ordinal) || line.Contains("no file defines", StringComparison.Ordinal) ? line : ""));
        }
    }

    [Fact]
    public void Tells_the_mistakes_beside_a_file_that_is_no_yaml()
    {
        var compilation = TestRules.Compile("rules: [", "rules: { r: { on: github.push, then: [sya: {}] } }", "rules: { r: { on: github.push, then: [say: {}] } }", "a: b: c");
        Assert.Null(compilation.RuleSet);
        Assert.Equal(
            [("rules/1.yml", "WB0001"), ("rules/2.yml", "WB0130"), ("rules/3.yml", "WB0103"), ("rules/4.yml", "WB0001")],
            compilation.Diagnostics.Select(d => (d.Position.File, d.Code)));
    }

    [Fact]
    public void Names_every_code_that_rule_files_can_earn()
    {
        string[] names = ["conditions", "rules", "sources", "steps", "timing", "yaml"];
        var seen = Diagnose(names).Concat(Diagnose("events")).Concat(Diagnose("conflicts")).Select(l => l.Split(' ')[2].TrimEnd(':')).ToHashSet();
        string[] elsewhere = [DiagnosticCode.YamlSyntax, DiagnosticCode.FileTooLarge, DiagnosticCode.FileUnreadable, DiagnosticCode.TooDeep, DiagnosticCode.NotAMapping, DiagnosticCode.TooManyConditions, DiagnosticCode.BadTest, DiagnosticCode.DuplicateName, DiagnosticCode.RuleHasEnded];
        var all = typeof(DiagnosticCode).GetFields().Select(f => (string)f.GetValue(null)!).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Empty(all.Except(seen).Except(elsewhere));
    }

    private static List<string> Diagnose(params string[] names)
    {
        var files = names.Select(n => new RuleFile(n + ".yml", File.ReadAllText(Path.Combine(Folder(), n + ".yml"))));
        // Only these rules are for events whose fields are known; the others have fields that no sender sends.
        var compilation = new RuleCompiler(names is ["events"] ? KnownEvents.Vocabulary : TestRules.Vocabulary).Compile(files);
        Assert.Null(compilation.RuleSet);
        return [.. compilation.Diagnostics.Select(d => d.ToString())];
    }
}
