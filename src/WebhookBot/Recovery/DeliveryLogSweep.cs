using WebhookBot.Actions;
using WebhookBot.Clients;
using WebhookBot.Intake;
using WebhookBot.Journal;
using WebhookBot.Telemetry;

namespace WebhookBot.Recovery;

/// <summary>What the sweeps of all logs share.</summary>
internal sealed record RecoveryTools(IJournal Journal, SourceRegistry Sources, Drain Drain, TimeProvider Clock, RecoveryOptions Options, MissedNotice Notice);

/// <summary>
/// Looks through one sender's log for what the journal does not hold, and has it again: oldest first, at a pace, each once and not again
/// before there was time for it to arrive. How far it came is the journal's to know; a sweep that breaks off goes on where it was.
/// </summary>
internal sealed partial class DeliveryLogSweep(IDeliveryLog log, RecoveryTools tools, ILogger<DeliveryLogSweep> logger)
{
    // GitHub's log is in the order of sending, and a try that runs into its time limit comes into it late.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(15);

    // What was asked for and is not here after this long is asked for again; twice as long the next time.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private const int MostTries = 5;
    private const int FailuresInARow = 3;
    private const int RefusalsInARow = 10;
    private const int MostPages = 1000;

    // Reading costs GitHub a fifth of what changing costs.
    private const int ReadsForOneWrite = 5;

    private readonly Dictionary<string, Tries> _tries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _toldLost = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MissedDelivery> _refused = new(StringComparer.Ordinal);
    private bool _toldOfSource;
    private bool _toldOfBeyond;
    private SweepMark? _mark;
    private SweepMark? _before;
    private (DateTimeOffset Since, DateTimeOffset At)? _next;

    /// <summary>The preset of its source.</summary>
    public string Preset => log.Preset;

    /// <summary>Whether it is set up at all.</summary>
    public bool IsOn => tools.Options.Interval > TimeSpan.Zero && log.MissingSetting is null;

    /// <summary>Why the last sweep was not completed; null when it was.</summary>
    public string? Problem { get; private set; }

    /// <summary>What of the missed could not be had again in the last sweep that was completed; null when all could.</summary>
    public string? Refusal { get; private set; }

    /// <summary>When the last sweep was completed since the start; null when none was.</summary>
    public DateTimeOffset? CompletedAt { get; private set; }

    /// <summary>When the last sweep ended since the start, completed or not; null when none did.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>The source whose deliveries the log has, or null.</summary>
    public WebhookSource? FindSource()
    {
        var all = tools.Sources.All.Where(s => s.Definition.Preset == log.Preset).ToList();
        return log.Source is { } name ? all.Find(s => s.Name == name) : all.Count == 1 ? all[0] : all.Find(s => s.Name == log.Preset);
    }

    /// <summary>Sweeps, if it is time.</summary>
    public async Task SweepIfDueAsync()
    {
        var now = tools.Clock.GetUtcNow();
        if (!IsOn || (_next is { } next && now >= next.Since && now < next.At))
        {
            return;
        }

        _next = (now, now + tools.Options.Interval);
        if (FindSource() is not { } source)
        {
            // Credentials alone say nothing: many a bot only acts on GitHub.
            if (!_toldOfSource && (_toldOfSource = tools.Sources.All.Any(s => s.Definition.Preset == log.Preset)))
            {
                LogNoSource(log.Preset);
            }

            return;
        }

        // What is known by another id than the log's would be taken for missing, and done again.
        if (source.HasOwnIds)
        {
            if (!_toldOfSource)
            {
                LogOwnIds(source.Name);
            }

            _toldOfSource = true;
            return;
        }

        try
        {
            await SweepAsync(source, now);
            (Problem, CompletedAt) = (null, tools.Clock.GetUtcNow());
            BotMetrics.LogSwept(log.Preset, isCompleted: true);
            EndedAt = CompletedAt;
        }
        catch (DeliveryLogException e)
        {
            PutOff(source, e, e.Fault.After);
        }
        catch (JournalUnavailableException e)
        {
            PutOff(source, e, e.RetryAfter);
        }
        catch (OperationCanceledException) when (tools.Drain.Stopping.IsCancellationRequested)
        {
            // It goes on at the next start.
        }
    }

    private void PutOff(WebhookSource source, Exception e, TimeSpan? after)
    {
        BotMetrics.LogSwept(log.Preset, isCompleted: false);
        var now = tools.Clock.GetUtcNow();
        if (after is { } wait)
        {
            _next = (now, now + TimeSpan.FromTicks(Math.Clamp(wait.Ticks, TimeSpan.TicksPerSecond, LongestWait.Ticks)));
        }

        if (Problem != e.Message)
        {
            LogPutOff(source.Name, e.Message);
        }

        (Problem, EndedAt) = (e.Message, now);
    }

    private async Task SweepAsync(WebhookSource source, DateTimeOffset now)
    {
        _before ??= SweepMark.Read(await tools.Journal.RecallAsync(SweepMark.KeyOf(log.Preset), tools.Drain.Stopping), now);
        if (_mark is null)
        {
            await KeepAsync(_before ?? new SweepMark(now));
        }

        var (mark, horizon) = (_mark!, now - tools.Options.Window);
        var gap = new Gap();
        var missed = await ReadAsync(source, mark.Through ?? (mark.Completed < horizon ? mark.Completed.Value - Overlap : horizon), gap);
        MissRefused(source, missed, gap);
        Sort(missed.Values, gap, mark.Began, horizon, now);
        try
        {
            await RecoverAsync(source, gap);
        }
        finally
        {
            await TellAsync(source, gap, mark.Completed < horizon && !_toldOfBeyond ? (mark.Completed.Value, horizon) : null);
            _toldOfBeyond = true;
        }

        Refusal = gap.Refused.Count == 0 ? null : $"{gap.Refused.Count} could not be had again and are tried with the next sweep: {gap.Refused.Values.First()}";
        await CompleteAsync(missed, gap, now);
    }

    private async Task<Dictionary<string, MissedDelivery>> ReadAsync(WebhookSource source, DateTimeOffset since, Gap gap)
    {
        var missed = new Dictionary<string, MissedDelivery>(StringComparer.Ordinal);
        var pages = 0;
        await foreach (var page in log.ReadAsync(since, tools.Drain.Stopping))
        {
            foreach (var entry in page.Where(e => e.At >= since))
            {
                gap.Newest = gap.Newest > entry.At ? gap.Newest : entry.At;
                if (tools.Journal.IsHeld(source.Name, entry.SenderId))
                {
                    continue;
                }

                if (!missed.TryAdd(entry.SenderId, new MissedDelivery(entry)))
                {
                    missed[entry.SenderId].Add(entry);
                }
            }

            if (page.Count > 0 && page.All(e => e.At < since))
            {
                break;
            }

            if (++pages == MostPages)
            {
                LogEndless(source.Name, pages);
                break;
            }
        }

        return missed;
    }

    // What was refused until the sender forgot it.
    private void MissRefused(WebhookSource source, Dictionary<string, MissedDelivery> missed, Gap gap)
    {
        foreach (var m in _refused.Values.Where(m => !missed.ContainsKey(m.SenderId)).ToList())
        {
            _refused.Remove(m.SenderId);
            if (!tools.Journal.IsHeld(source.Name, m.SenderId))
            {
                gap.Lost.Add(m, "the sender's log has it no more, and never gave it");
            }
        }
    }

    // The oldest first, as they are the first that the sender forgets, and came first. Those that could not be had before stand behind all others.
    private void Sort(IEnumerable<MissedDelivery> missed, Gap gap, DateTimeOffset began, DateTimeOffset horizon, DateTimeOffset now)
    {
        var wanted = missed.Where(m => m.HasOriginal && !(m.Arrived && m.First.At < began) && !_toldLost.Contains(m.SenderId));
        foreach (var m in wanted.OrderBy(m => _tries.GetValueOrDefault(m.SenderId).Failed).ThenBy(m => m.Latest.Place, LogPlace.OldestFirst))
        {
            var (tries, last) = TriesOf(m);
            if (m.First.At < horizon)
            {
                gap.Lost.Add(m, "it is older than the window");
            }
            else if (tries > 0 && (now - last).Duration() < Patience * (1 << (tries - 1)))
            {
                gap.Waiting.Add(m);
            }
            else if (tries >= MostTries)
            {
                gap.Lost.Add(m, $"it was sent again {tries} times in vain");
            }
            else
            {
                gap.Wanted.Add(m);
            }
        }
    }

    // The log itself says how often something was sent again. What it does not show yet is known by memory; before a restart, by the mark.
    private (int Count, DateTimeOffset Last) TriesOf(MissedDelivery m)
    {
        var known = _tries.GetValueOrDefault(m.SenderId);
        var count = Math.Min(MostTries, Math.Max(m.Repeats, known.Asked));
        var last = m.Repeats > 0 && m.Latest.At > known.At ? m.Latest.At : known.At;
        return known.Asked == 0 && _before is { AskedAt: { } asked } before && before.Covers(m.Latest.Place) && asked > last
            ? (Math.Max(count, 1), asked)
            : (count, last);
    }

    private async Task RecoverAsync(WebhookSource source, Gap gap)
    {
        var (pace, inARow) = (tools.Options.Pace / (log.Fetches ? ReadsForOneWrite : 1), 0);
        foreach (var (at, m) in gap.Wanted.Index())
        {
            tools.Drain.Stopping.ThrowIfCancellationRequested();
            var started = tools.Clock.GetTimestamp();
            try
            {
                if (await log.RecoverAsync(m.Latest, source, tools.Drain.Abandoned) is { } reason)
                {
                    gap.Lost.Add(m, reason);
                }
                else
                {
                    gap.Recovered++;
                    await RememberAsync(m);
                }

                inARow = 0;
            }
            catch (DeliveryLogException e) when (e.Fault.After is null)
            {
                PutBehind(m, e, gap);
                inARow++;
                if (e.Fault.Kind == FaultKind.Down && inARow >= FailuresInARow)
                {
                    throw;
                }

                // So many are not refused for what they are, and the next sweep begins with those that were not asked for.
                if (inARow >= RefusalsInARow)
                {
                    gap.Waiting.AddRange(gap.Wanted[(at + 1)..]);
                    return;
                }
            }

            // The call itself is part of the pace.
            if (pace - tools.Clock.GetElapsedTime(started) is { Ticks: > 0 } rest)
            {
                await Task.Delay(rest, tools.Clock, tools.Drain.Stopping);
            }
        }
    }

    // One that cannot be had must not keep the sweep from the others, and what is amiss with it may pass.
    private void PutBehind(MissedDelivery m, DeliveryLogException e, Gap gap)
    {
        var tries = _tries.GetValueOrDefault(m.SenderId);
        _tries[m.SenderId] = tries with { Failed = tries.Failed + 1 };
        gap.Waiting.Add(m);
        if (e.Fault.Kind != FaultKind.Down)
        {
            gap.Refused.Add(m, e.Message);
        }
    }

    private async Task RememberAsync(MissedDelivery m)
    {
        _refused.Remove(m.SenderId);
        if (!log.Fetches)
        {
            var now = tools.Clock.GetUtcNow();
            _tries[m.SenderId] = new Tries(TriesOf(m).Count + 1, now, 0);
            await KeepAsync(_mark! with { AskedAt = now, AskedTo = _mark.Covers(m.Latest.Place) ? _mark.AskedTo : m.Latest.Place });
        }
    }

    private async Task TellAsync(WebhookSource source, Gap gap, (DateTimeOffset From, DateTimeOffset To)? beyond)
    {
        List<MissedDelivery> lost = [.. gap.Lost.Keys.Where(m => _toldLost.Add(m.SenderId))];
        foreach (var m in lost.Take(1))
        {
            LogLost(m.SenderId, source.Name, gap.Lost[m]);
        }

        List<MissedDelivery> refused = [.. gap.Refused.Keys.Where(m => _refused.TryAdd(m.SenderId, m))];
        foreach (var m in refused.Take(1))
        {
            LogRefused(m.SenderId, source.Name, gap.Refused[m]);
        }

        // Where nothing is expected to arrive, fetching is the usual way and nothing to tell of.
        var asked = tools.Options.Pull ? 0 : gap.Recovered;
        BotMetrics.Fetched(source.Name, log.Fetches ? gap.Recovered : 0);
        if (asked == 0 && lost.Count == 0 && refused.Count == 0 && beyond is null)
        {
            return;
        }

        var missing = lost.Concat(refused).Concat(tools.Options.Pull ? [] : gap.Wanted).Distinct().ToList();
        var times = missing.Select(m => m.First.At).DefaultIfEmpty(beyond?.To ?? default).ToList();
        await tools.Notice.TellAsync(new MissedReport(
            source.Name, beyond?.From ?? times.Min(), times.Max(), missing.Count, asked, lost.Count, beyond?.To) { Refused = refused.Count });
    }

    private async Task CompleteAsync(Dictionary<string, MissedDelivery> missed, Gap gap, DateTimeOffset now)
    {
        foreach (var id in _tries.Keys.Where(id => !missed.ContainsKey(id)).ToList())
        {
            _tries.Remove(id);
        }

        _toldLost.IntersectWith(missed.Keys);
        _toldOfBeyond = false;
        var unsettled = gap.Unsettled(log.Fetches).Select(m => (DateTimeOffset?)m.First.At).Min();
        var seen = gap.Newest < now ? gap.Newest - Overlap : gap.Newest is null ? null : now - Overlap;
        var through = unsettled < seen || seen is null ? unsettled : seen;
        await KeepAsync(_mark! with { Through = through > _mark.Through || _mark.Through is null ? through : _mark.Through, Completed = now });
    }

    private async Task KeepAsync(SweepMark mark)
    {
        await tools.Journal.KeepAsync(mark.ToBookmark(log.Preset), CancellationToken.None);
        _mark = mark;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The delivery log of {Source} could not be looked through for what never arrived: {Reason}")]
    private partial void LogPutOff(string source, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "It is not known which source of the preset {Preset} the sender's log is of; name it by Recovery:Source, for Stripe by Recovery:Stripe:Source")]
    private partial void LogNoSource(string preset);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Deliveries of {Source} are known by 'dedupe: body' or an 'id' of its own and not by the ids in the sender's log, so it is not looked for what never arrived; take that out of the source to have it looked for")]
    private partial void LogOwnIds(string source);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The delivery log of {Source} did not end after {Pages} pages; what is older is not looked at")]
    private partial void LogEndless(string source, int pages);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The delivery {Id} of {Source} is lost: {Reason}")]
    private partial void LogLost(string id, string source, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The delivery {Id} of {Source} could not be had again, and is tried with each sweep as long as the sender has it: {Reason}")]
    private partial void LogRefused(string id, string source, string reason);

    /// <summary>What was done about one delivery since the start.</summary>
    private readonly record struct Tries(int Asked, DateTimeOffset At, int Failed);
}
