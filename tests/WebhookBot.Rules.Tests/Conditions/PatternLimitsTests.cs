using System.Text.Json;
using CsCheck;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Tests.Conditions;

/// <summary>Regular expressions: what is refused when it is read, what an evil one may cost, and that reading many is quick.</summary>
[Collection(nameof(CpuTime))]
public class PatternLimitsTests
{
    // Seconds for each text, were it let.
    private const string Evil = "(?:.?){50}a.{2000}b";

    // Random texts lead to states that were not met before.
    private static readonly WebhookEvent[] EvilEvents = MakeEvilEvents();

    private static readonly Gen<string> Piece = Gen.Frequency(
        (8, One("a", "b", "7", ".", "-", " ", "é", "]", "}", ":", "<", "=", "!", ",")),
        (4, One("\\d", "\\.", "\\b", "\\B", "\\A", "\\z", "\\Z", "\\n", "\\x41", "\\u0041", "\\[", "\\(", "\\\\", "\\p{Lu}", "^", "$", "|")),
        (4, One("[ab]", "[^ab]", "[]a]", "[^]a]", "[a\\]b]", "[a-z]", "[(?=]", "[{9}]", "[\\b]", "[a-z-[b]]", "[[a]", "[a")),
        (4, One("*", "+", "?", "*?", "{3}", "{2,}", "{2,9}?", "{60}", "{999}", "{ 3}", "{,3}", "{x}", "{")),
        (4, One("(", "(?:", "(?<n>", "(?'n'", "(?i:", "(?i)", "(?-i)", "(?x)", "(?n)", "(?#c)", ")", ")", ")")),
        (1, One("(?=", "(?!", "(?<=", "(?<!", "(?>", "(?(1)", "(?<n-m>", "\\1", "\\k<n>", "\\G", "\\0", "\\cA", "#", "\n")));

    [Theory]
    [InlineData("(?=a)b")]
    [InlineData("(?!a)b")]
    [InlineData("(?<=a)b")]
    [InlineData("(?<!a)b")]
    [InlineData("(a)\\1")]
    [InlineData("(?<n>a)\\k<n>")]
    [InlineData("(?>a)b")]
    [InlineData("(a)(?(1)b|c)")]
    [InlineData("\\Ga")]
    [InlineData("(a{1000}){1000}")]
    [InlineData("a{100000}")]
    [InlineData("(((a{30}){30}){30}){30}")]
    [InlineData("(?x) [#]\n(?=a)")]
    public void Refuses_when_it_is_read_what_cannot_be_matched_in_linear_time(string pattern)
    {
        var told = Assert.Single(Compile(pattern).Diagnostics);
        Assert.Equal(DiagnosticCode.BadPattern, told.Code);
        Assert.Contains("look-around, back-references", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Passes_no_pattern_that_cannot_be_built_when_it_is_needed()
    {
        var (lazy, refused) = (0, 0);
        Piece.Array[1, 9].Select(p => string.Concat(p)).Sample(pattern =>
        {
            if (RegexPattern.Read(pattern, ignoreCase: pattern.Length % 2 == 0, out _) is not { } read)
            {
                Interlocked.Increment(ref refused);
                return;
            }

            Interlocked.Add(ref lazy, read.IsBuilt ? 0 : 1);

            // What ran into its time limit, as anything may on a busy machine, has forgotten what was built.
            Assert.True(Enumerable.Range(0, 5).Any(_ => read.IsFoundIn("ab7 A-") is not null || read.IsBuilt), pattern);
        }, iter: 3_000, threads: 1);
        Assert.True(lazy > 600, $"{lazy} were left to be built");
        Assert.True(refused > 200, $"{refused} were refused");
    }

    [Fact]
    public void Takes_what_was_built_over_into_the_rules_that_are_read_anew()
    {
        var first = RegexPattern.Read("^taken over [0-9]+$", ignoreCase: false, out _)!;
        Assert.Same(first, RegexPattern.Read("^taken over [0-9]+$", ignoreCase: false, out _));
        Assert.NotSame(first, RegexPattern.Read("^taken over [0-9]+$", ignoreCase: true, out _));
        GC.KeepAlive(first);
    }

    [Fact]
    public void Checks_500_rules_each_with_its_own_pattern_within_300_ms()
    {
        static string Rules(string salt) => "rules:\n" + string.Concat(Enumerable.Range(0, 500).Select(i =>
            $"  r{i}: {{ on: github.push, if: {{ title: {{ matches: '^(feat|fix)\\({salt}-{i}\\): [A-Z]\\w+ #\\d{{1,6}}$' }} }}, then: [say: {{ text: x }}] }}\n"));
        TestRules.Set(Rules("warm"));
        var clock = CpuTime.Start();
        var rules = TestRules.Set(Rules("measured"));
        var took = clock.Elapsed;
        Assert.Equal(500, rules.Rules.Count);
        Assert.True(took < TimeSpan.FromMilliseconds(300), $"took {took}");
        Assert.Equal(Truth.True, rules.Rules[7].Condition.Evaluate(new EvaluationScope(Events.Of("""{"title":"feat(measured-7): Abc #12"}"""))));
    }

    [Theory]
    [InlineData(Evil)]
    [InlineData("(a|.c|..a){30}b")]
    [InlineData("((a|.c)?.){40}b")]
    [InlineData("([a-z]?){500}a{500}")]
    public void Bounds_an_evil_pattern_over_1_000_events_and_says_so(string pattern)
    {
        var rules = Compile(pattern).RuleSet!;
        var clock = CpuTime.Start();
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Equal(Truth.Unknown, Assert.Single(RuleMatcher.Match(rules, EvilEvents[i % EvilEvents.Length]).Matches).Truth);
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
        var explanation = RuleMatcher.Match(rules, EvilEvents[0]).Explain(1)[0].Explanation;
        Assert.Equal("the pattern kept running into its time limit of 50 ms and is not tried any more until the rules are read anew", explanation.Because);
        Assert.Empty(TestRules.Plan(rules, EvilEvents[0]).Actions);
    }

    // With long texts such a pattern stalls the engine, whatever the time limit, when it keeps the states it has met.
    [Theory]
    [InlineData("(a|.c|..a){30}b")]
    [InlineData("((a|.c)?.){40}b")]
    public void Bounds_an_evil_pattern_over_many_short_texts(string pattern)
    {
        var rules = Compile(pattern).RuleSet!;
        var random = new Random(20260105);
        var clock = CpuTime.Start();
        for (var i = 0; i < 300; i++)
        {
            RuleMatcher.Match(rules, Events.Of($$"""{"a":"{{new string(random.GetItems<char>("ac", 200))}}"}"""));
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15), $"took {clock.Elapsed}");
    }

    [Fact]
    public void Bounds_an_evil_pattern_whose_texts_are_harmless_in_between()
    {
        var rules = Compile(Evil).RuleSet!;
        var clock = CpuTime.Start();
        for (var i = 0; i < 1_000; i++)
        {
            RuleMatcher.Match(rules, i % 3 == 0 ? EvilEvents[i % EvilEvents.Length] : Harmless);
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
        Assert.Equal(Truth.Unknown, TestRules.Evaluate(rules, Harmless));
    }

    [Fact]
    public void Tries_a_pattern_again_when_the_rules_are_read_anew()
    {
        var rules = Compile(Evil).RuleSet!;
        for (var i = 0; i < 10; i++)
        {
            RuleMatcher.Match(rules, EvilEvents[i]);
        }

        Assert.Equal(Truth.Unknown, TestRules.Evaluate(rules, Harmless));
        Assert.Equal(Truth.False, TestRules.Evaluate(Compile(Evil).RuleSet!, Harmless));
    }

    [Fact]
    public void Says_why_once_and_tries_on_after_one_slow_text()
    {
        var rules = Compile(Evil).RuleSet!;
        Assert.Equal("the pattern ran into its time limit of 50 ms", RuleMatcher.Match(rules, EvilEvents[0]).Explain(1)[0].Explanation.Because);
        Assert.Equal(Truth.False, TestRules.Evaluate(rules, Harmless));
    }

    [Fact]
    public void Reads_no_more_than_64_KB_of_a_text_and_says_so()
    {
        var rules = Compile("z$").RuleSet!;
        var explanation = RuleMatcher.Match(rules, Events.Of(JsonSerializer.Serialize(new { a = new string('a', 65 * 1024) + "z" }))).Explain(1)[0].Explanation;
        Assert.Equal((Truth.Unknown, "the text is longer than 64 KB, and its beginning does not decide"), (explanation.Result, explanation.Because));
        Assert.Equal(Truth.True, TestRules.Evaluate(rules, Events.Of(JsonSerializer.Serialize(new { a = new string('a', 63 * 1024) + "z" }))));
    }

    private static WebhookEvent Harmless => Events.Of("""{"a":"x"}""");

    private static WebhookEvent[] MakeEvilEvents()
    {
        var random = new Random(20260105);
        return [.. Enumerable.Range(0, 40).Select(_ => Events.Of($$"""{"a":"{{new string(random.GetItems<char>("ac", 60_000))}}"}"""))];
    }

    private static Rules.Compilation.Compilation Compile(string pattern) =>
        TestRules.Compile($"rules: {{ r: {{ on: '*', if: {{ a: {{ matches: {JsonSerializer.Serialize(pattern)} }} }}, then: [say: {{ text: x }}] }} }}");

    private static Gen<string> One(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
