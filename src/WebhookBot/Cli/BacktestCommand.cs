using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using WebhookBot.Admin;
using WebhookBot.Rules.Backtesting;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot backtest</c>: recorded deliveries through two rule sets, and what the second would do otherwise.</summary>
internal static class BacktestCommand
{
    private const int Changed = 1;
    private const int Failed = 1;
    private const int BadUsage = 2;
    private const int Interrupted = 130;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Command Create()
    {
        var old = new Argument<string>("old") { Description = "Folder or file of the rules as they are" };
        var @new = new Argument<string>("new") { Description = "Folder or file of the rules as they would be" };
        var last = new Option<int>("--last") { Description = "How many of the newest deliveries", DefaultValueFactory = _ => DeliveryExport.UsualDeliveries }.AcceptCount(DeliveryExport.MostDeliveries);
        var since = SinceOption.Create("Only deliveries");
        var source = new Option<string?>("--source") { Description = "Only deliveries of this source" };
        var name = new Option<string?>("--event") { Description = "Only deliveries of this event; github.pull_request.* takes all that begin so" };
        var format = new Option<string>("--format") { Description = "text, json or markdown (for a pull request)", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json", "markdown");
        var fail = new Option<bool>("--fail-on-change") { Description = "Exit 1 when anything differs" };
        var server = BotClient.ServerOption();
        var command = new Command("backtest", """
            Tells what other rules would have done about recorded deliveries; carries nothing out.

            Exit codes: 0 compared, 1 something differs and --fail-on-change is given, a rule file has errors, or the bot cannot be asked,
            2 bad usage.
            """)
        {
            old, @new, last, since, source, name, format, fail, server,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var query = Query(parsed.GetValue(last), parsed.GetValue(since), parsed.GetValue(source), parsed.GetValue(name));
            var order = new Order(parsed.GetValue(old)!, parsed.GetValue(@new)!, query, parsed.GetValue(last), parsed.GetValue(format)!, parsed.GetValue(fail));
            return RunAsync(order, parsed.GetValue(server)!, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(Order order, string server, CancellationToken cancellation)
    {
        var noOld = CheckCommand.Load([order.Old], out var old);
        var noNew = CheckCommand.Load([order.New], out var @new);
        if ((noOld ?? noNew) is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return BadUsage;
        }

        if (old.RuleSet is not { } before || @new.RuleSet is not { } after)
        {
            return Math.Max(old.RuleSet is null ? CheckCommand.Refuse(old) : 0, @new.RuleSet is null ? CheckCommand.Refuse(@new) : 0);
        }

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            stopping.Cancel();
        });
        try
        {
            return await RunAsync(order, new Backtest(before, after), server, stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped; there is no report.");
            return Interrupted;
        }
    }

    private static async Task<int> RunAsync(Order order, Backtest backtest, string server, CancellationToken cancellation)
    {
        using var bot = new BotClient(server);
        using var answer = await bot.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/deliveries/export" + order.Query), cancellation, HttpCompletionOption.ResponseHeadersRead);
        if (await RefusalAsync(bot, answer, cancellation) is { } refusal)
        {
            await Console.Error.WriteLineAsync(ExplanationText.Harmless(refusal));
            return Failed;
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        BacktestOutcome outcome;
        using (var progress = new ProgressLine(TimeProvider.System))
        {
            var run = new BacktestRun(backtest, n => progress.Show($"{BacktestText.Count(n)} decided, of {order.Last} at most"));
            outcome = await run.RunAsync(LineReader.ReadAsync(stream, Patience, cancellation), cancellation);
        }

        Console.Write(Print(order, new BacktestSubject(order.Old, order.New, backtest, bot.Address), outcome));
        return await ConcludeAsync(order, outcome);
    }

    private static string Print(Order order, BacktestSubject subject, BacktestOutcome outcome) => order.Format switch
    {
        "json" => BacktestJson.Print(subject, outcome),
        "markdown" => BacktestMarkdown.Print(subject, outcome),
        _ => BacktestText.Print(subject, outcome),
    };

    // What makes a report less than it seems is told beside it as well, where it is seen when the report goes into a file.
    private static async Task<int> ConcludeAsync(Order order, BacktestOutcome outcome)
    {
        foreach (var trouble in BacktestText.Troubles(outcome))
        {
            await Console.Error.WriteLineAsync(ExplanationText.Harmless(trouble));
        }

        var isUseless = outcome.Unreadable > 0 && outcome.Report.Deliveries == 0;
        return outcome.Incomplete is not null || isUseless ? Failed
            : order.FailsOnChange && outcome.Report.HasChanges ? Changed
            : 0;
    }

    /// <summary>Why the answer has no deliveries in it; null when it has.</summary>
    private static async Task<string?> RefusalAsync(BotClient bot, HttpResponseMessage answer, CancellationToken cancellation)
    {
        var type = answer.Content.Headers.ContentType?.MediaType;
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK when type == DeliveryExport.ContentType:
                return null;
            case HttpStatusCode.Unauthorized:
                return $"{bot.Address} wants its admin token; set Admin__Token";
            case HttpStatusCode.BadRequest when type == "application/problem+json":
                return $"{bot.Address} does not take the query: {BotClient.Detail(await answer.Content.ReadAsStringAsync(cancellation))}";
            default:
                return $"{bot.Address} gives no recorded deliveries (it answered {(int)answer.StatusCode} {type}); is it a WebhookBot of this version?";
        }
    }

    private static string Query(int last, string? since, string? source, string? name)
    {
        return BotClient.Query(("last", last.ToString(CultureInfo.InvariantCulture)), ("since", SinceOption.Read(since)), ("source", source), ("event", name));
    }

    private sealed record Order(string Old, string New, string Query, int Last, string Format, bool FailsOnChange);
}

/// <summary>What was compared with what, for the printers.</summary>
internal sealed record BacktestSubject(string OldPath, string NewPath, Backtest Backtest, Uri Server);
