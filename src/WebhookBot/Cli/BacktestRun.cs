using System.Collections.Concurrent;
using System.Threading.Tasks.Dataflow;
using WebhookBot.Intake;
using WebhookBot.Rules;
using WebhookBot.Rules.Backtesting;

namespace WebhookBot.Cli;

/// <summary>What a run of recorded deliveries gave.</summary>
/// <param name="Report">What differs.</param>
/// <param name="Unreadable">Lines that were no deliveries.</param>
/// <param name="FirstUnreadable">Which was the first, and why; null when there was none.</param>
/// <param name="Incomplete">Why the deliveries ended too soon; null when they did not.</param>
internal sealed record BacktestOutcome(BacktestReport Report, int Unreadable, string? FirstUnreadable, string? Incomplete);

/// <summary>Decides recorded deliveries under two rule sets, on all cores, in the order they come.</summary>
internal sealed class BacktestRun(Backtest backtest, Action<int> progress)
{
    // Lines wait for a core, and cores for lines; a line may be as long as the largest body.
    private static readonly int AtOnce = Math.Max(2, Environment.ProcessorCount);

    private readonly ConcurrentDictionary<(RuleSet, string), SourcePreset?> _shapes = new();
    private readonly BacktestTally _tally = new(backtest);
    private int _lines;
    private int _unreadable;
    private string? _firstUnreadable;

    public async Task<BacktestOutcome> RunAsync(IAsyncEnumerable<byte[]> lines, CancellationToken cancellation)
    {
        var decide = new TransformBlock<byte[], Decided>(Decide, new ExecutionDataflowBlockOptions
        {
            MaxDegreeOfParallelism = AtOnce,
            BoundedCapacity = AtOnce * 4,
            CancellationToken = cancellation,
        });
        var add = new ActionBlock<Decided>(Add, new ExecutionDataflowBlockOptions { BoundedCapacity = AtOnce * 4, CancellationToken = cancellation });
        decide.LinkTo(add, new DataflowLinkOptions { PropagateCompletion = true });
        string? incomplete = null;
        try
        {
            await foreach (var line in lines.WithCancellation(cancellation))
            {
                // False when the work has failed, which its completion tells.
                if (!await decide.SendAsync(line, cancellation))
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException or InvalidDataException)
        {
            incomplete = e.Message;
        }

        decide.Complete();
        await add.Completion;
        return new BacktestOutcome(_tally.Report(), _unreadable, _firstUnreadable, incomplete);
    }

    private Decided Decide(byte[] line)
    {
        if (RecordedDelivery.Read(line, out var problem) is not { } recorded)
        {
            return new Decided(null, null, problem);
        }

        var comparison = backtest.Compare(recorded.ToEvent(Shape(backtest.Before, recorded.Source)), recorded.ToEvent(Shape(backtest.After, recorded.Source)));
        return new Decided(recorded.Delivery, comparison, null);
    }

    private SourcePreset? Shape(RuleSet rules, string source) => _shapes.GetOrAdd((rules, source), key => SampleEvents.Shape(key.Item1, key.Item2));

    private void Add(Decided decided)
    {
        _lines++;
        if (decided is { Delivery: { } delivery, Comparison: { } comparison })
        {
            _tally.Add(delivery, comparison);
        }
        else
        {
            _unreadable++;
            _firstUnreadable ??= $"line {_lines}: {decided.Problem}";
        }

        progress(_lines);
    }

    private sealed record Decided(ComparedDelivery? Delivery, Comparison? Comparison, string? Problem);
}
