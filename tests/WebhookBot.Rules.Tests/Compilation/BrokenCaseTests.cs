using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Tests.Compilation;

/// <summary>
/// The files in <c>Broken/cases</c> have one mistake each. At the end of each stands what is told about it: place, severity, code and a piece
/// of the message. <c># events: known</c> means with what is known of events, <c># padded: n</c> that many characters longer than it is here.
/// To write what is told into files that do not say it yet, set WRITE_EXPECTED=1, and read it.
/// </summary>
public partial class BrokenCaseTests
{
    /// <summary>Codes that no single rule file can earn, and where they are earned.</summary>
    private static readonly string[] EarnedElsewhere =
    [
        DiagnosticCode.FileUnreadable, // by the loader, which never gets to compiling the file
        DiagnosticCode.BadTest, // in test files
        DiagnosticCode.RuleHasEnded, // when it is told what day it is
    ];

    // What a schema cannot see: it knows neither other files, nor the clock, nor what a text says; and the reader, not the schema, sees to YAML.
    private static readonly Dictionary<string, string> BeyondASchema = new()
    {
        ["yaml"] = "yaml-* anchor alias-where-a-star-is-meant text-without-quotes tag key-twice rule-twice key-is-a-list two-documents file-is-a-text file-is-a-list too-deep too-large",
        ["names of other places"] = "on-source-nobody-defines variable-nobody-defines template-variable-misspelt text-file-is-missing chat-of-a-later-version source-name-of-the-bot person-twice option-of-another-preset",
        ["events and their fields"] = "event-* field-* operator-does-not-fit-the-field",
        ["what a template says"] = "template-* throttle-key-cannot-be-read debounce-key-reads-facts digest-text-reads-facts count-as-a-text argument-has-the-wrong-form argument-list-element-of-wrong-form secret-in-a-text",
        ["a language of its own"] = "schedule-that-never-comes schedule-with-a-bad-field matches-* within-a-day-that-is-none until-a-day-that-is-none",
        ["time zones of the machine"] = "schedule-zone-unknown within-zone-unknown",
        ["sums"] = "too-many-conditions glob-too-long wait-of-years schedule-twice",
        ["advice"] = "until-and-nobody-is-told throttle-key-without-a-template conflict-*",
    };

    public static TheoryData<string> Cases => [.. Files().Select(f => Path.GetFileNameWithoutExtension(f))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tells_the_mistake_at_its_place_and_nothing_else(string name)
    {
        var path = Path.Combine(Folder(), name + ".yml");
        var told = Compile(File.ReadAllText(path)).Diagnostics;
        if (Environment.GetEnvironmentVariable("WRITE_EXPECTED") == "1" && Expected(File.ReadAllText(path)).Count == 0)
        {
            File.AppendAllLines(path, told.Select(d => $"# expect: {d.Position.Line},{d.Position.Column} {d.Severity.ToString().ToLowerInvariant()} {d.Code} {d.Message}"));
        }

        var expected = Expected(File.ReadAllText(path));
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Select(e => e.Place), told.Select(d => $"{d.Position.Line},{d.Position.Column} {d.Severity.ToString().ToLowerInvariant()} {d.Code}"));
        Assert.All(expected.Zip(told), pair => Assert.Contains(pair.First.Piece, pair.Second.Message, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Is_refused_by_the_schema_where_a_schema_can_see_it(string name)
    {
        var text = File.ReadAllText(Path.Combine(Folder(), name + ".yml"));
        var problems = SchemaCheck.Problems(text, text.Contains("# events: known", StringComparison.Ordinal));

        Assert.Equal(IsBeyondASchema(name[4..]), problems.Count == 0);
    }

    [Fact]
    public void Has_at_least_a_hundred_mistakes_and_each_code_that_a_rule_file_can_earn()
    {
        var earned = Files().SelectMany(f => Expected(File.ReadAllText(f))).Select(e => e.Place.Split(' ')[2]).ToHashSet();
        var all = typeof(DiagnosticCode).GetFields().Select(f => (string)f.GetValue(null)!);

        Assert.InRange(Files().Count(), 100, 999);
        Assert.Equal(EarnedElsewhere, all.Except(earned).Order());
    }

    [Fact]
    public void Lists_as_beyond_a_schema_only_what_there_is()
    {
        var names = Files().Select(f => Path.GetFileNameWithoutExtension(f)[4..]).ToList();

        Assert.All(BeyondASchema.Values.SelectMany(v => v.Split(' ')), pattern => Assert.Contains(names, n => Fits(pattern, n)));
    }

    private static Rules.Compilation.Compilation Compile(string text)
    {
        var padding = Padding().Match(text) is { Success: true } p ? int.Parse(p.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
        var vocabulary = text.Contains("# events: known", StringComparison.Ordinal) ? KnownEvents.Vocabulary : TestRules.Vocabulary;
        var file = text.Split("# expect:")[0] + new string('#', padding);
        return new RuleCompiler(vocabulary).Compile([new RuleFile("broken.yml", file)]);
    }

    private static bool IsBeyondASchema(string name) => BeyondASchema.Values.SelectMany(v => v.Split(' ')).Any(pattern => Fits(pattern, name));

    private static bool Fits(string pattern, string name) => pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern;

    private static List<(string Place, string Piece)> Expected(string text) =>
        [.. Expectation().Matches(text).Select(m => (m.Groups["place"].Value, m.Groups["piece"].Value))];

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Folder(), "*.yml").Order(StringComparer.Ordinal);

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "Broken", "cases");

    [GeneratedRegex(@"^# expect: (?<place>\d+,\d+ (error|warning) WB\d{4}) (?<piece>.+)$", RegexOptions.Multiline)]
    private static partial Regex Expectation();

    [GeneratedRegex(@"^# padded: (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Padding();
}
