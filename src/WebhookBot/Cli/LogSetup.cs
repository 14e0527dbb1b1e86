using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Console;

namespace WebhookBot.Cli;

/// <summary>What the bot logs, and how.</summary>
internal static class LogSetup
{
    /// <summary>Logs to the console and nowhere else, and through <see cref="LogFormatter"/> alone.</summary>
    /// <param name="builder">The service that is put together.</param>
    /// <param name="isStarted">Whether the bot has started.</param>
    public static void AddBotLogging(this WebApplicationBuilder builder, StrongBox<bool> isStarted)
    {
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        // What keeps the bot from starting is told once, by the verb, in words and not as a stack trace.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => isStarted.Value && level >= LogLevel.Warning);
        builder.Logging.AddFilter("Quartz", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        if (builder.Environment.IsProduction())
        {
            builder.Logging.AddFilter(typeof(Pipeline.DeliveryStory).FullName, LogLevel.Warning);
        }

        // Other ways out, and other formats that a setting may name, would show what these mask.
        var formatter = builder.Environment.IsProduction() ? JsonLogFormatter.FormatterName : TextLogFormatter.FormatterName;
        builder.Logging.ClearProviders().AddConsole();
        builder.Services.AddSingleton<ConsoleFormatter, JsonLogFormatter>();
        builder.Services.AddSingleton<ConsoleFormatter, TextLogFormatter>();
        builder.Services.PostConfigure<ConsoleLoggerOptions>(console => console.FormatterName = formatter);
    }
}
