using System.Runtime.CompilerServices;
using System.Text;
using WebhookBot.Cli;
using WebhookBot.Rules.Backtesting;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Tests.Cli;

/// <summary>Lines that are no deliveries, streams that break off, and what of a payload a report shows.</summary>
public sealed class BacktestInputTests
{
    private const string Good = """{"id":"d-1","source":"github","event":"github.push","subject":"github:acme/shop","received_at":"2026-01-05T12:00:00.0000001Z","payload":{"ref":"main"},"facts":null}""";

    public static TheoryData<string, string> BadLines { get; } = new()
    {
        { "<html><body>502 Bad Gateway</body></html>", "it is no JSON" },
        { Good[..^40], "it is no JSON" },
        { "[]", "it is no JSON object" },
        { "{}", "it has no id, source and event" },
        { Good.Replace("\"d-1\"", "7", StringComparison.Ordinal), "it has no id, source and event" },
        { Good.Replace("github.push", "gitea.push", StringComparison.Ordinal), "the event 'gitea.push' is none of the source 'github'" },
        { Good.Replace("github.push", "g", StringComparison.Ordinal), "the event 'g' is none of the source 'github'" },
        { Good.Replace("2026-01-05T12", "yesterday", StringComparison.Ordinal), "it does not say when it was received" },
        { Good.Replace("payload", "load", StringComparison.Ordinal), "it has no payload" },
        { Good.Replace("\"facts\":null", "\"payload_problem\":\"the body is no JSON\"", StringComparison.Ordinal), "d-1: the body is no JSON" },
        { Good.Replace("\"facts\":null", "\"body\":\"{ nonsense\"", StringComparison.Ordinal), "it is no JSON" },
        { Good.Replace("\"facts\":null", "\"facts\":[7]", StringComparison.Ordinal), "its facts are not what a plan holds" },
        { Good.Replace("{\"ref\":\"main\"}", string.Concat(Enumerable.Repeat("[", 300)), StringComparison.Ordinal), "it is no JSON" },
    };

    [Theory]
    [MemberData(nameof(BadLines))]
    public async Task Leaves_out_a_line_that_is_no_delivery_and_counts_it(string line, string why)
    {
        var outcome = await RunAsync(Good, line, Good, line);

        Assert.Equal((2, 2, null), (outcome.Report.Deliveries, outcome.Unreadable, outcome.Incomplete));
        Assert.StartsWith("line 2: ", outcome.FirstUnreadable, StringComparison.Ordinal);
        Assert.Contains(why, outcome.FirstUnreadable, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_an_event_that_nobody_knows()
    {
        var outcome = await RunAsync(
            Good.Replace("github.push", "github.quantum.entangled", StringComparison.Ordinal),
            Good.Replace("\"source\":\"github\",\"event\":\"github.push\"", "\"source\":\"nobody\",\"event\":\"nobody\"", StringComparison.Ordinal),
            Good.Replace("d-1", "\\ud800", StringComparison.Ordinal));

        Assert.Equal((3, 0), (outcome.Report.Deliveries, outcome.Unreadable));
    }

    [Fact]
    public async Task Reports_on_what_came_when_the_stream_breaks_off()
    {
        var outcome = await RunAsync(BreakingOff(new IOException("The response ended prematurely."), TestContext.Current.CancellationToken));

        Assert.Equal((2, "The response ended prematurely."), (outcome.Report.Deliveries, outcome.Incomplete));
        Assert.True(outcome.Report.HasChanges);
        Assert.Contains("broke off after 2", Assert.Single(BacktestText.Troubles(outcome)), StringComparison.Ordinal);
        Assert.Contains("> [!WARNING]", BacktestMarkdown.Print(Subject(), outcome), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_when_it_is_told_to()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        async IAsyncEnumerable<byte[]> Endless()
        {
            while (true)
            {
                yield return Encoding.UTF8.GetBytes(Good);
                await ending.CancelAsync();
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new BacktestRun(Subject().Backtest, _ => { }).RunAsync(Endless(), ending.Token));
    }

    [Fact]
    public async Task Takes_lines_apart_however_they_come()
    {
        var text = string.Join('\n', Enumerable.Range(0, 300).Select(i => new string('x', i * 31))) + "\nhalf a line";
        using var stream = new DribblingStream(Encoding.UTF8.GetBytes(text));

        var lines = new List<string>();
        await foreach (var line in LineReader.ReadAsync(stream, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken))
        {
            lines.Add(Encoding.UTF8.GetString(line));
        }

        Assert.Equal(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), lines);
    }

    [Fact]
    public async Task Waits_for_a_line_no_longer_than_its_patience()
    {
        using var stream = new SilentStream();

        await Assert.ThrowsAsync<TimeoutException>(async () =>
        {
            await foreach (var _ in LineReader.ReadAsync(stream, TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken))
            {
            }
        });
    }

    [Fact]
    public async Task Shows_hostile_payloads_as_code_and_nothing_else()
    {
        const string Hostile = "``` </details><img src=x> @acme/team | [x](javascript:1)\\n# Title\\u202e";
        var outcome = await RunAsync(
            Good.Replace("main", Hostile, StringComparison.Ordinal).Replace("d-1", Hostile, StringComparison.Ordinal).Replace("github:acme/shop", Hostile, StringComparison.Ordinal));

        var markdown = BacktestMarkdown.Print(Subject(), outcome);
        var text = BacktestText.Print(Subject(), outcome);

        Assert.Contains("| `tell` | 0 | 0 | 1 |", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', markdown + text);
        Assert.DoesNotContain("\n# Title", markdown + text, StringComparison.Ordinal);
        Assert.Contains("````diff\n", markdown, StringComparison.Ordinal);
        var outsideOfCode = MarkdownCode.Remove(markdown);
        foreach (var part in new[] { "@acme", "<img", "javascript", "Title", "</details><" })
        {
            Assert.DoesNotContain(part, outsideOfCode, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Fits_into_a_comment_however_much_differs()
    {
        static string[] Rules(string text) =>
            [.. Enumerable.Range(0, 900).Chunk(300).Select(ids => "rules:\n" + string.Concat(ids.Select(i => $"  rule-{i:D70}: {{ on: github.push, then: [ {{ slack.post: {{ channel: '#a', text: '{text} {new string('y', 150)}' }} }} ] }}\n")))];
        var backtest = new Backtest(Compile(Rules("old")), Compile(Rules("new")));
        var outcome = await new BacktestRun(backtest, _ => { }).RunAsync(Lines(Good), TestContext.Current.CancellationToken);

        var markdown = BacktestMarkdown.Print(new BacktestSubject("old", "new", backtest, new Uri("http://127.0.0.1")), outcome);

        Assert.Equal(900, outcome.Report.Changes.Count);
        Assert.InRange(markdown.Length, 10_000, 65_536);
        Assert.Contains("are left out here", markdown, StringComparison.Ordinal);
        Assert.EndsWith("\n", markdown, StringComparison.Ordinal);
    }

    private static Task<BacktestOutcome> RunAsync(params string[] lines) => RunAsync(Lines(lines));

    private static Task<BacktestOutcome> RunAsync(IAsyncEnumerable<byte[]> lines) =>
        new BacktestRun(Subject().Backtest, _ => { }).RunAsync(lines, TestContext.Current.CancellationToken);

    private static BacktestSubject Subject()
    {
        const string Rules = "rules: { tell: { on: 'github.*', then: [ { slack.post: { channel: '#a', text: 'old {{ref}}' } } ] } }";
        return new("old", "new", new Backtest(Compile(Rules), Compile(Rules.Replace("old", "new", StringComparison.Ordinal))), new Uri("http://127.0.0.1"));
    }

    private static Rules.RuleSet Compile(params string[] texts)
    {
        var compilation = new RuleCompiler(BotHost.Vocabulary).Compile(texts.Select((text, i) => new RuleFile($"rules/{i}.yml", text)));
        Assert.True(compilation.RuleSet is not null, string.Join('\n', compilation.Diagnostics.Take(3)));
        return compilation.RuleSet;
    }

    private static IAsyncEnumerable<byte[]> Lines(params string[] lines) => lines.Select(Encoding.UTF8.GetBytes).ToAsyncEnumerable();

    private static async IAsyncEnumerable<byte[]> BreakingOff(Exception how, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        yield return Encoding.UTF8.GetBytes(Good);
        yield return Encoding.UTF8.GetBytes(Good);
        await Task.Yield();
        cancellation.ThrowIfCancellationRequested();
        throw how;
    }

    /// <summary>Gives a byte, or a few, at a time.</summary>
    private sealed class DribblingStream(byte[] bytes) : MemoryStream(bytes)
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + (_reads++ * 7 % 4099))], cancellationToken);
    }

    /// <summary>Gives nothing.</summary>
    private sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}

/// <summary>Takes code out of Markdown, as CommonMark finds it: fenced blocks, then spans between equal runs of backticks.</summary>
internal static partial class MarkdownCode
{
    public static string Remove(string markdown) => Span().Replace(Block().Replace(markdown, "\n"), "");

    [System.Text.RegularExpressions.GeneratedRegex(@"^(`{3,})diff\n.*?^\1\n", System.Text.RegularExpressions.RegexOptions.Singleline | System.Text.RegularExpressions.RegexOptions.Multiline)]
    private static partial System.Text.RegularExpressions.Regex Block();

    [System.Text.RegularExpressions.GeneratedRegex(@"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")]
    private static partial System.Text.RegularExpressions.Regex Span();
}
