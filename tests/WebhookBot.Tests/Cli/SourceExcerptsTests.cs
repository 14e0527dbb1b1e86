using WebhookBot.Cli;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Tests.Cli;

/// <summary>A place in a file: its line, and a caret that stands under it on a terminal.</summary>
public sealed class SourceExcerptsTests
{
    [Theory]
    [InlineData("a\nbc: d\n", 2, 5, "    2 | bc: d", "      |     ^")]
    [InlineData("\tx: y", 1, 2, "    1 |     x: y", "      |     ^")]
    [InlineData("ab\tx", 1, 4, "    1 | ab  x", "      |     ^")]
    [InlineData("日本: x", 1, 5, "    1 | 日本: x", "      |       ^")]
    [InlineData("😀: x", 1, 5, "    1 | 😀: x", "      |     ^")]
    [InlineData("e\u0301: x", 1, 5, "    1 | e\u0301: x", "      |    ^")]
    [InlineData("e\u0301: x", 1, 2, "    1 | e\u0301: x", "      | ^")]
    [InlineData("\u001b[2J: x", 1, 7, @"    1 | \u001b[2J: x", "      |            ^")]
    [InlineData("\u202ea\u200d: x", 1, 6, @"    1 | \u202ea\u200d: x", "      |                ^")]
    [InlineData("a\r\nb\rc\u0085d\u2028e\u2029f", 6, 1, "    6 | f", "      | ^")]
    [InlineData("a", 1, 99, "    1 | a", "      |  ^")]
    [InlineData("", 1, 1, "    1 | ", "      | ^")]
    public void Puts_the_caret_under_the_place(string text, int line, int column, string shown, string caret) =>
        Assert.Equal((shown, caret), Of(text, line, column));

    [Fact]
    public void Cuts_a_long_line_around_the_place()
    {
        var text = string.Concat(Enumerable.Range(0, 5_000).Select(i => $"{i % 10}本"));

        foreach (var column in new[] { 1, 2, 25, 5_000, 9_990, 10_000, 10_001 })
        {
            var (line, caret) = Of(text, 1, column)!.Value;
            var under = line[8..].TrimStart('…');
            Assert.InRange(Wide(line[8..]), 35, 42);
            Assert.Equal(column > 20, line[8] == '…');
            Assert.Equal(column < 9_995, line.EndsWith('…'));

            // What stands over the caret is what stands at the place.
            var cells = caret.Length - 1 - 8 - (line[8] == '…' ? 1 : 0);
            var letters = 0;
            for (var at = 0; at < cells; letters++)
            {
                at += Wide(under[letters..(letters + 1)]);
            }

            Assert.Equal(column > text.Length ? "" : text.Substring(column - 1, 1), column > text.Length ? under[letters..] : under.Substring(letters, 1));
        }
    }

    [Fact]
    public void Shows_nothing_of_a_place_that_is_not_there() =>
        Assert.Equal([null, null], new[] { Of("a", 2, 1), new SourceExcerpts(Told(), [], 40).Of(new SourcePosition("x.yml", 1, 1)) });

    [Theory]
    [InlineData("x: { preset: githib, secret: \"s3cr3t value\" }")]
    [InlineData("  secret: s3cr3t")]
    [InlineData("  'secrets': [s3cr3t")]
    [InlineData("  secret: \"S3CR3T value")]
    public void Shows_no_line_that_may_hold_a_secret(string line) => Assert.Null(Of(line, 1, 1));

    [Theory]
    [InlineData("x: { preset: githib, secret: GITHUB_WEBHOOK_SECRET }")]
    [InlineData("  secrets: [NEW, OLD]")]
    [InlineData("  secret: \"A_NAME\" # why")]
    [InlineData("  secret:")]
    public void Shows_a_line_that_names_a_setting(string line) => Assert.NotNull(Of(line, 1, 1));

    [Fact]
    public void Shows_no_line_that_is_told_to_hold_a_secret()
    {
        var told = Told(new Diagnostic(new SourcePosition("a.yml", 1, 5), Severity.Error, DiagnosticCode.SecretInRuleFile, "m"));

        Assert.Null(new SourceExcerpts(told, [new RuleFile("a.yml", "  - s3cr3t value")], 40).Of(new SourcePosition("a.yml", 1, 1)));
    }

    private static (string Line, string Caret)? Of(string text, int line, int column) =>
        new SourceExcerpts(Told(), [new RuleFile("a.yml", text)], 40).Of(new SourcePosition("a.yml", line, column));

    private static Rules.Compilation.Compilation Told(params Diagnostic[] diagnostics) => new(null, diagnostics);

    private static int Wide(string text) => text.Sum(c => c == '本' ? 2 : 1);
}
