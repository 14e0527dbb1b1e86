namespace WebhookBot.Cli;

/// <summary>One line on a terminal that is written over and over; nothing where nobody watches.</summary>
internal sealed class ProgressLine(TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    private readonly bool _isWatched = !Console.IsErrorRedirected;
    private long _shown;
    private int _width;

    public void Show(string text)
    {
        if (!_isWatched || (_shown != 0 && clock.GetElapsedTime(_shown) < Every))
        {
            return;
        }

        _shown = clock.GetTimestamp();
        Console.Error.Write($"\r{text.PadRight(_width)}");
        _width = text.Length;
    }

    public void Dispose()
    {
        if (_width > 0)
        {
            Console.Error.Write($"\r{new string(' ', _width)}\r");
        }
    }
}
