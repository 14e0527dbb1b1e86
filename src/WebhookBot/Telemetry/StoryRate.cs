namespace WebhookBot.Telemetry;

/// <summary>Lets so many stories a second onto the console, and counts those that it does not.</summary>
/// <param name="clock">The time.</param>
/// <param name="mostASecond">How many.</param>
public sealed class StoryRate(TimeProvider clock, int mostASecond = 10)
{
    private static readonly Func<ILogger, string, string, IDisposable?> DeliveryScope = LoggerMessage.DefineScope<string, string>("{DeliveryId} {Source}");

    private readonly Lock _gate = new();
    private long _second;
    private int _told;
    private int _untold;

    /// <summary>What every line about that delivery carries.</summary>
    public static IDisposable? Scope(ILogger log, string deliveryId, string source) => DeliveryScope(log, deliveryId, source);

    /// <summary>Whether there is room for one more.</summary>
    /// <param name="before">That some before it are not shown, to be put behind the first line; usually nothing.</param>
    public bool HasRoom(out string before)
    {
        var hasRoom = Admits(out var untold);
        before = untold > 0 ? $"; {untold} before it are not shown" : "";
        return hasRoom;
    }

    /// <summary>Whether there is room for one more.</summary>
    /// <param name="untold">How many before it are not shown.</param>
    public bool Admits(out int untold)
    {
        lock (_gate)
        {
            var second = clock.GetTimestamp() / clock.TimestampFrequency;
            if (second != _second)
            {
                (_second, _told) = (second, 0);
            }

            untold = _untold;
            if (_told >= mostASecond)
            {
                _untold++;
                return false;
            }

            _told++;
            _untold = 0;
            return true;
        }
    }
}
