using System.Runtime.CompilerServices;
using System.Text;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Tests.Compilation;

/// <summary>Files as they come: empty, marked, huge, nested, and mutated at random. Nothing throws and nothing takes long.</summary>
[Collection(nameof(CpuTime))]
public class YamlReaderTests
{
    private const string Good = "rules: { r: { on: github.push, then: [say: { text: x }] } }";

    [Theory]
    [InlineData("")]
    [InlineData("\n\n# nothing\n")]
    [InlineData("---\n")]
    [InlineData("---\n...\n")]
    [InlineData("null")]
    [InlineData("\uFEFF")]
    [InlineData("\uFEFF" + Good)]
    [InlineData("rules:\r\n  r:\r\n    on: github.push\r\n    then:\r\n      - say: { text: x }\r\n")]
    [InlineData("%YAML 1.2\n---\n" + Good)]
    public void Reads(string text) => Assert.Empty(TestRules.Compile(text).Diagnostics);

    [Theory]
    [InlineData("rules:", "rules/1.yml(1,7): error WB0102")]
    [InlineData("sources: []", "rules/1.yml(1,10): error WB0102")]
    [InlineData("rules: x", "rules/1.yml(1,8): error WB0102")]
    [InlineData("[a]", "rules/1.yml(1,1): error WB0008")]
    [InlineData("text", "rules/1.yml(1,1): error WB0008")]
    [InlineData("? {a: b}\n: c", "rules/1.yml(1,3): error WB0102")]
    [InlineData("5: x\ntrue: y\nnull: z", "rules/1.yml(1,1): error WB0010")]
    [InlineData("a: [", "rules/1.yml(2,1): error WB0001")]
    [InlineData("a: \"\n", "WB0001")]
    [InlineData("rules: *b", "rules/1.yml(1,8): error WB0004")]
    [InlineData("a\u0000b: c", "rules/1.yml(1,")]
    [InlineData("rules:\n\tr: x", "error WB0001")]
    [InlineData("\"a\\nb\\e[31m\": x", "rules/1.yml(1,1): error WB0010")]
    public void Refuses_in_one_line_with_its_place(string text, string beginning)
    {
        var first = TestRules.Compile(text).Diagnostics[0].ToString();
        Assert.Contains(beginning, first, StringComparison.Ordinal);
        Assert.DoesNotContain(first, char.IsControl);
    }

    [Fact]
    public void Refuses_more_than_256_KB_counted_in_bytes()
    {
        Assert.Empty(TestRules.Compile(Good + "\n#" + new string('x', (256 * 1024) - Good.Length - 2)).Diagnostics);
        Assert.Equal(DiagnosticCode.FileTooLarge, Assert.Single(TestRules.Compile(Good + "\n#" + new string('å', 128 * 1024)).Diagnostics).Code);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{a: ", "}")]
    [InlineData("- ", "")]
    [InlineData("? ", "")]
    [InlineData("[{a: ", "}]")]
    public void Refuses_10_000_levels_at_once(string open, string close)
    {
        var clock = CpuTime.Start();
        var text = "rules: " + (open[0] is '[' or '{' ? "" : "\n  ") + string.Concat(Enumerable.Repeat(open, 10_000)) + string.Concat(Enumerable.Repeat(close, 10_000));
        Assert.Equal(DiagnosticCode.TooDeep, Assert.Single(TestRules.Compile(text).Diagnostics).Code);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1), $"took {clock.Elapsed}");
    }

    [Fact]
    public void Refuses_a_bomb_of_aliases_without_opening_it()
    {
        var bomb = "a0: &a0 [x, x]\n" + string.Concat(Enumerable.Range(1, 20).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n"));
        Assert.Equal(21 + 180, TestRules.Compile(bomb).Diagnostics.Count(d => d.Code == DiagnosticCode.AnchorOrAlias));
    }

    [Fact]
    public void Counts_the_conditions_of_if_and_unless_together()
    {
        static string Rule(int ifs, int unlesses) =>
            $"rules: {{ r: {{ on: github.push, if: {{ {Fields("a", ifs)} }}, unless: {{ any: [{{ {Fields("b", unlesses)} }}] }}, then: [say: {{ text: x }}] }} }}";
        static string Fields(string name, int count) => string.Join(", ", Enumerable.Range(0, count).Select(i => $"{name}{i}: x"));
        Assert.Empty(TestRules.Compile(Rule(32, 32)).Diagnostics);
        Assert.Equal(DiagnosticCode.TooManyConditions, Assert.Single(TestRules.Compile(Rule(32, 33)).Diagnostics).Code);
    }

    [Fact]
    public void Never_throws_and_is_never_slow()
    {
        var shipped = Directory.GetFiles(Path.Combine(Root(), "rules"), "*.yml", SearchOption.AllDirectories).Select(File.ReadAllText).ToArray();
        Assert.NotEmpty(shipped);
        var random = new Random(20260105);
        for (var i = 0; i < 20_000; i++)
        {
            var text = i % 10 == 0 ? RandomBytes(random) : Mutate(shipped[random.Next(shipped.Length)], random);
            var clock = CpuTime.Start();
            try
            {
                var compilation = TestRules.Compile(text);
                Assert.True(compilation.RuleSet is not null || compilation.Diagnostics.Count > 0);
                Assert.All(compilation.Diagnostics, d => Assert.True(d.Position is { Line: > 0, Column: > 0 }, d.ToString()));
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"run {i}: {e}\n{text}");
            }

            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1), $"run {i} took {clock.Elapsed}:\n{text}");
        }
    }

    private static string Mutate(string text, Random random)
    {
        var mutated = new StringBuilder(text);
        for (var n = random.Next(1, 6); n > 0; n--)
        {
            const string Put = "{}[]:,-?*&!|>'\"%@`#~ \n\t\\{{}}/.0e+\u0085\u2028\uFEFF\uD800";
            var at = random.Next(mutated.Length);
            var length = Math.Min(random.Next(8), mutated.Length - at);
            _ = random.Next(4) switch
            {
                0 => mutated.Remove(at, length),
                1 => mutated.Insert(at, Put[random.Next(Put.Length)]),
                2 => mutated.Insert(random.Next(mutated.Length), mutated.ToString(at, length)),
                _ => mutated.Replace(mutated[at], Put[random.Next(Put.Length)], at, 1),
            };
        }

        return mutated.ToString();
    }

    private static string RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
