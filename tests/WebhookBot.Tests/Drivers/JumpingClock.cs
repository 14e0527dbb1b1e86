namespace WebhookBot.Tests.Drivers;

/// <summary>
/// The clock on the wall, set forward (or back) by a test at will. Timers and durations go on as they are, or so many times as fast.
/// </summary>
internal sealed class JumpingClock(int speed = 1) : TimeProvider
{
    private readonly DateTimeOffset _began = System.GetUtcNow();
    private readonly long _timestamp = System.GetTimestamp();
    private long _offset;

    public override DateTimeOffset GetUtcNow() => Running + TimeSpan.FromTicks(Interlocked.Read(ref _offset));

    public override long GetTimestamp() => _timestamp + ((System.GetTimestamp() - _timestamp) * speed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Shorten(dueTime), Shorten(period));

    public void Jump(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

    /// <summary>Sets it to that time.</summary>
    public void Set(DateTimeOffset time) => Interlocked.Exchange(ref _offset, (time - Running).Ticks);

    private DateTimeOffset Running => speed == 1 ? System.GetUtcNow() : _began + (System.GetElapsedTime(_timestamp) * speed);

    private TimeSpan Shorten(TimeSpan span) => span > TimeSpan.Zero ? span / speed : span;
}
