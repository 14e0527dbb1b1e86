using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WebhookBot.Cli;
using WebhookBot.Clients;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>What a sender writes cannot make a line of the log, hide one, or fill it.</summary>
public sealed class LogLineTests
{
    private const string Hostile = "a\r\n{\"LogLevel\":\"Error\",\"Message\":\"forged\"}\u001b[2J\u202Eevil\u200Bb\u2028c\u0085";

    private const string Rules = """
        rules:
          tell:
            on: github.issues.opened
            if: { issue.title: "b**" }
            then: [ slack.post: { channel: "#dev", text: "{{issue.title}}" } ]
          also:
            on: github.issues.opened
            then: [ slack.post: { channel: "#dev", text: "{{issue.title}}" } ]
        """;

    [Fact]
    public async Task A_title_with_line_breaks_and_escapes_makes_no_line_of_its_own()
    {
        await using var bot = await RunningBot.StartAsync(Rules, [new("Logging:LogLevel:Default", "Debug")], replace: FormattedLog.AddTo);
        var id = await bot.SendGitHubAsync("issues", BotWorld.Sample("github.issues.opened", ("issue.title", Hostile)));
        await bot.FinishedAsync(id);
        using var refused = await bot.Client.PostAsync("/hooks/" + Uri.EscapeDataString(Hostile[..30]), null, TestContext.Current.CancellationToken);
        bot.Services.GetRequiredService<ILogger<LogLineTests>>().LogError(new InvalidOperationException(Hostile), "{Title}", Hostile);

        var log = FormattedLog.Of(bot);
        await Poll.UntilAsync(() => log.Text(TextLogFormatter.FormatterName).Contains("github.issues.opened", StringComparison.Ordinal));
        var json = log.Lines(JsonLogFormatter.FormatterName);
        Assert.All(json, line => Assert.NotEqual("forged", JsonSerializer.Deserialize<JsonElement>(line).GetProperty("Message").GetString()));
        Assert.All(json, line => Assert.DoesNotContain(line.TrimEnd('\r'), c => char.IsControl(c) || Redaction.IsInvisible(c) || c == '\u2028'));
        Assert.All(log.Lines(TextLogFormatter.FormatterName), line =>
        {
            Assert.DoesNotContain(line.TrimEnd('\r'), c => char.IsControl(c) || Redaction.IsInvisible(c) || c == '\u2028');
            Assert.Matches("^([0-9:.]{8} |      )", line);
        });
    }

    [Fact]
    public async Task A_subject_makes_no_line_of_a_story()
    {
        await using var bot = await RunningBot.StartAsync(Rules, [new("Logging:LogLevel:Default", "Information")], replace: FormattedLog.AddTo);
        await bot.FinishedAsync(await bot.SendGitHubAsync("issues", BotWorld.Sample("github.issues.opened", ("repository.full_name", "acme/shop\n    → deploy: forged"))));

        var log = FormattedLog.Of(bot);
        await Poll.UntilAsync(() => log.Text(TextLogFormatter.FormatterName).Contains("github.issues.opened", StringComparison.Ordinal));
        Assert.Contains("forged", log.Text(TextLogFormatter.FormatterName), StringComparison.Ordinal);
        Assert.DoesNotContain(log.Lines(TextLogFormatter.FormatterName), line => line.TrimStart().StartsWith("→ deploy", StringComparison.Ordinal));
    }

    [Fact]
    public void A_value_is_cut_at_a_kilobyte_after_secrets_in_it_are_masked()
    {
        var line = Write(new FakeTimeProvider(), log => log([new("Title", new string('x', 1020) + " ghp_0123456789abcdef " + new string('y', 5_000_000)), new("Who", "me")])).Single();

        var said = JsonSerializer.Deserialize<JsonElement>(line);
        Assert.Equal(new string('x', 1020) + " ***…", said.GetProperty("State").GetProperty("Title").GetString());
        Assert.Equal("me", said.GetProperty("State").GetProperty("Who").GetString());
        Assert.True(line.Length < 8 * 1024, $"{line.Length}");
    }

    [Fact]
    public void A_flood_of_lines_that_are_alike_is_bounded_a_second_and_the_next_line_says_how_many_were_left_out()
    {
        var time = new FakeTimeProvider();
        var lines = Write(time, log =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                log([new("Number", i)]);
            }

            time.Advance(TimeSpan.FromSeconds(1));
            log([new("Number", -1)]);
        });

        Assert.Equal(LogFormatter.MostAlike + 1, lines.Count);
        Assert.Equal(10_000 - LogFormatter.MostAlike, JsonSerializer.Deserialize<JsonElement>(lines[^1]).GetProperty("LeftOut").GetInt32());
    }

    [Fact]
    public async Task A_flood_of_refused_requests_writes_a_few_lines_and_says_how_many_it_left_out()
    {
        await using var bot = await RunningBot.StartAsync(replace: FormattedLog.AddTo);
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, 2000, TestContext.Current.CancellationToken, async (i, stop) =>
        {
            using var answer = await bot.Client.PostAsync($"/hooks/nobody-{i}", null, stop);
            Assert.Equal(404, (int)answer.StatusCode);
        });

        var log = FormattedLog.Of(bot);
        var lines = log.Lines(JsonLogFormatter.FormatterName).Count(l => l.Contains("Refused a request", StringComparison.Ordinal));
        Assert.InRange(lines, 1, 2 + Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private static List<string> Write(FakeTimeProvider time, Action<Action<List<KeyValuePair<string, object?>>>> work)
    {
        var formatter = new JsonLogFormatter(new KnownSecrets(new ConfigurationBuilder().Build()), time);
        var lines = new List<string>();
        work(values =>
        {
            using var text = new StringWriter();
            formatter.Write(
                new LogEntry<List<KeyValuePair<string, object?>>>(LogLevel.Warning, "Category", new EventId(1), values, null, (v, _) => string.Join(' ', v.Select(p => p.Value))), null, text);
            if (text.ToString() is { Length: > 0 } line)
            {
                lines.Add(line);
            }
        });
        return lines;
    }
}
