using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WebhookBot.Tests.Drivers;

/// <summary>Keeps the last errors that a bot logged, for the test that meets them by chance.</summary>
internal sealed class ErrorLog : ILoggerProvider, ILogger
{
    private const int MostKept = 10;

    private readonly ConcurrentQueue<string> _lines = new();

    public override string ToString() => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _lines.Enqueue($"{formatter(state, exception)} {exception}");
            while (_lines.Count > MostKept)
            {
                _lines.TryDequeue(out _);
            }
        }
    }

    public void Dispose()
    {
    }
}
