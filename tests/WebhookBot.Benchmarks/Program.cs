using WebhookBot.Benchmarks.Backtesting;
using WebhookBot.Benchmarks.Common;
using WebhookBot.Benchmarks.Faults;
using WebhookBot.Benchmarks.Flood;
using WebhookBot.Benchmarks.Intake;
using WebhookBot.Benchmarks.Matching;
using WebhookBot.Benchmarks.Soak;
using WebhookBot.Benchmarks.Start;

namespace WebhookBot.Benchmarks;

/// <summary>The measurements of <c>docs/benchmarks.md</c>. Progress goes to standard error, Markdown to standard output.</summary>
public static class Program
{
    private const string Usage = """
        usage: dotnet run -c Release --project tests/WebhookBot.Benchmarks -- intake|matching|start|backtest|flood|soak|faults|all [--quick] [--write]

          intake     durable intake against the same server without the journal, and against MapGitHubWebhooks
          matching   one event against 10 to 10,000 rules
          start      from process start to ready with 100,000 deliveries in the journal
          backtest   10,000 recorded deliveries through two sets of 200 rules, beside a running bot
          flood      signed requests to one source while another is flooded by unsigned ones
          soak       a steady load over a journal that keeps little, and whether anything grows; not part of all
          faults     what docs/operations.md promises for faults, at its full size: about 40 minutes; not part of all. Named ones only:
                     faults slow-disk|copies|poison|overload|slow-senders|restarts|slow-target ...
          all        the others after one another
          --quick    shorter and rougher
          --write    puts the tables into docs/benchmarks.md
          --deliveries N             for start
          --minutes N, --rate N      for soak
        """;

    public static int Main(string[] args) => args switch
    {
        [ServerVerb.Name, var kind, var folder] => ServerVerb.Run(kind, folder),
        [LoadVerb.Name] => LoadVerb.Run(),
        [FloodVerb.Name] => FloodVerb.Run(),
        [OfferVerb.Name] => OfferVerb.Run(),
        _ => RunAsync(args).GetAwaiter().GetResult(),
    };

    private static async Task<int> RunAsync(string[] args)
    {
        var options = BenchmarkOptions.Parse(args);
        switch (args.FirstOrDefault())
        {
            case FillVerb.Name:
                return await FillVerb.RunAsync(args[1], int.Parse(args[2], null));
            case BacktestFillVerb.Name:
                return await BacktestFillVerb.RunAsync(args[1], int.Parse(args[2], null), int.Parse(args[3], null));
            case "matching" when options is not null:
                MatchingBenchmark.Run(options);
                return 0;
            case "intake" when options is not null:
                return await IntakeBenchmark.RunAsync(options);
            case "start" when options is not null:
                return await StartBenchmark.RunAsync(options);
            case "backtest" when options is not null:
                return await BacktestBenchmark.RunAsync(options);
            case "flood" when options is not null:
                return await FloodBenchmark.RunAsync(options);
            case "soak" when options is not null:
                return await SoakBenchmark.RunAsync(options);
            case FaultsBenchmark.Name when options is not null:
                return await FaultsBenchmark.RunAsync(options);
            case "all" when options is not null:
                MatchingBenchmark.Run(options);
                return new[] { await StartBenchmark.RunAsync(options), await BacktestBenchmark.RunAsync(options), await FloodBenchmark.RunAsync(options), await IntakeBenchmark.RunAsync(options) }.Max();
            default:
                await Console.Error.WriteLineAsync(Usage);
                return 2;
        }
    }
}
