using System.CommandLine;
using System.CommandLine.Parsing;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Cli;

/// <summary>The verbs.</summary>
internal static class CommandLine
{
    private const int BadUsage = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("WebhookBot receives signed webhooks, matches them against rule files and carries out what they say.")
        {
            RunCommand.Create(),
            CheckCommand.Create(),
            TestCommand.Create(),
            SendCommand.Create(),
            ExplainCommand.Create(),
            BacktestCommand.Create(),
            ReplayCommand.Create(),
            DeadCommand.Create(),
            SchemaCommand.Create(),
            HealthCommand.Create(),
            DoctorCommand.Create(),
            JournalCommand.Create(),
        };

        // Without a verb it runs; options of "run" may then stand alone.
        var isBare = args.Length == 0 || (args[0].StartsWith('-') && args[0] is not ("--help" or "-h" or "-?" or "--version"));
        var parsed = root.Parse(isBare ? ["run", .. args] : args);
        if (parsed.Errors.Count > 0)
        {
            var unknown = parsed.CommandResult.Command is RootCommand && root.Subcommands.All(verb => verb.Name != args[0]) ? args[0] : null;
            foreach (var message in unknown is null ? parsed.Errors.Select(error => error.Message) : [$"There is no verb '{unknown}'{Suggestion.For(unknown, root.Subcommands.Select(verb => verb.Name))}"])
            {
                await Console.Error.WriteLineAsync(message);
            }

            await Console.Error.WriteLineAsync($"Try: webhookbot {VerbOf(parsed.CommandResult)}--help");
            return BadUsage;
        }

        // Help lists the verbs with what they do; the rest stands in a verb's own help.
        foreach (var verb in parsed.CommandResult.Command.Subcommands)
        {
            verb.Description = verb.Description?.ReplaceLineEndings("\n").Split("\n\n")[0];
        }

        try
        {
            // The host sees to SIGTERM itself; the library would end the process two seconds after it, whatever is still being worked on.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (UsageException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return BadUsage;
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // Settings, files and whatever else is not as it has to be; the message says how.
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    // A verb below another is called by both names.
    private static string VerbOf(CommandResult? result) =>
        result is null or { Command: RootCommand } ? "" : $"{VerbOf(result.Parent as CommandResult)}{result.Command.Name} ";
}
