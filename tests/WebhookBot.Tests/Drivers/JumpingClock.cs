namespace WebhookBot.Tests.Drivers;

/// <summary>The clock on the wall, set forward (or back) by a test at will. Timers and durations go on as they are.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _offset;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offset));

    public void Jump(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

    /// <summary>Sets it to that time.</summary>
    public void Set(DateTimeOffset time) => Interlocked.Exchange(ref _offset, (time - System.GetUtcNow()).Ticks);
}
