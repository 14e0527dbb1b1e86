using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace WebhookBot.Tests.Drivers;

/// <summary>What the console would show of everything that is logged, in each of the bot's own formats.</summary>
internal sealed class FormattedLog(IEnumerable<ConsoleFormatter> formatters) : ILoggerProvider, ISupportExternalScope
{
    private readonly List<(ConsoleFormatter Formatter, ConcurrentQueue<string> Written)> _outputs =
        [.. formatters.Where(f => f.Name.StartsWith("webhookbot-", StringComparison.Ordinal)).Select(f => (f, new ConcurrentQueue<string>()))];

    private IExternalScopeProvider? _scopes;

    public string Text(string format) => string.Concat(_outputs.Single(o => o.Formatter.Name == format).Written);

    public string[] Lines(string format) => Text(format).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static void AddTo(IServiceCollection services) => services.AddSingleton<ILoggerProvider, FormattedLog>();

    public static FormattedLog Of(RunningBot bot) => bot.Services.GetServices<ILoggerProvider>().OfType<FormattedLog>().Single();

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private sealed class Writer(FormattedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => log._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            foreach (var (format, written) in log._outputs)
            {
                using var text = new StringWriter();
                format.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter), log._scopes, text);
                written.Enqueue(text.ToString());
            }
        }
    }
}
