using WebhookBot.Clients;
using WebhookBot.Rules;

namespace WebhookBot.Facts;

/// <summary>
/// Whom facts are asked of, and whether they may be: one that asked to be left alone is, one that does not answer is asked again from time to time,
/// and of one that is slow only so many questions are under way, so that deciding about everything else goes on.
/// </summary>
internal sealed class FactTraffic(TimeProvider clock)
{
    private const int MostUnderWay = 8;

    // Names of owners come out of payloads: there is no end of them.
    private const int MostKnown = 1_000;

    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly long _origin = clock.GetTimestamp();
    private readonly Dictionary<string, Source> _sources = new(StringComparer.OrdinalIgnoreCase);

    private TimeSpan Now => clock.GetElapsedTime(_origin);

    /// <summary>Asks, if that may be done now.</summary>
    /// <param name="name">Whom.</param>
    /// <param name="ask">The question: the fact, or why it cannot be had.</param>
    public async Task<FactValue> AskAsync(string name, Func<Task<(FactValue Fact, CallFault? Fault)>> ask)
    {
        if (Enter(name) is { } refusal)
        {
            return refusal;
        }

        CallFault? fault = null;
        try
        {
            (var fact, fault) = await ask();
            return fault is null ? fact
                : !fault.MayBeRetried ? FactValue.Unavailable(fault.Detail)
                : fault.Kind == FaultKind.Call ? FactValue.Unreachable(fault.Detail)
                : FactValue.Away(fault.Detail, fault.After);
        }
        finally
        {
            Leave(name, fault);
        }
    }

    private FactValue? Enter(string name)
    {
        lock (_gate)
        {
            var source = Find(name);
            if (source.Until - Now is { Ticks: > 0 } rest)
            {
                return FactValue.Away($"{source.Problem}; it is left alone for a while", rest);
            }

            // One finds out whether it works again.
            var most = source.Failures > 0 ? 1 : MostUnderWay;
            if (source.UnderWay >= most)
            {
                return FactValue.Away($"{most} of {most} questions to {name} are under way", Moment);
            }

            source.UnderWay++;
            return null;
        }
    }

    private void Leave(string name, CallFault? fault)
    {
        lock (_gate)
        {
            var source = Find(name);
            source.UnderWay--;
            if (fault is null or { Kind: FaultKind.Call })
            {
                source.Failures = 0;
                return;
            }

            var pause = fault.After ?? TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, FirstPause.TotalSeconds * Math.Pow(2, Math.Min(source.Failures, 10))));
            (source.Failures, source.Problem) = (source.Failures + 1, fault.Detail);
            source.Until = Now + pause > source.Until ? Now + pause : source.Until;
        }
    }

    private Source Find(string name)
    {
        if (!_sources.TryGetValue(name, out var source))
        {
            if (_sources.Count >= MostKnown)
            {
                foreach (var (idle, _) in _sources.Where(s => s.Value.UnderWay == 0 && s.Value.Until <= Now).ToList())
                {
                    _sources.Remove(idle);
                }
            }

            _sources.Add(name, source = new Source());
        }

        return source;
    }

    private sealed class Source
    {
        public int UnderWay { get; set; }

        public int Failures { get; set; }

        public TimeSpan Until { get; set; }

        public string? Problem { get; set; }
    }
}
