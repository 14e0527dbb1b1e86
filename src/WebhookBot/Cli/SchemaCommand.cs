using System.CommandLine;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot schema</c>: the JSON Schema of rule files, for editors.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema", """
            Writes the JSON Schema of rule files (draft-07) to standard output.

            Keep it beside the rules, and put this on top of each rule file, for completions and errors in editors that know YAML schemas:
              # yaml-language-server: $schema=./webhookbot.schema.json
            """);
        command.SetAction(_ => Console.Out.Write(new SchemaWriter(BotHost.Vocabulary).Write()));
        return command;
    }
}
