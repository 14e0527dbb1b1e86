using System.CommandLine;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot schema</c>: the JSON Schema of rule files, for editors.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var tests = new Option<bool>("--tests") { Description = "The schema of test files, which lie in a folder named tests" };
        var command = new Command("schema", """
            Writes the JSON Schema of rule files (draft-07) to standard output; with --tests that of test files.

            Keep it beside the rules, and put this on top of each rule file, for completions and errors in editors that know YAML schemas:
              # yaml-language-server: $schema=./webhookbot.schema.json
            Likewise on top of each test file, with the other schema kept as tests/webhookbot-tests.schema.json.

            Exit codes: 0 written, 2 bad usage.
            """) { tests };
        command.SetAction(parsed => Console.Out.Write(
            parsed.GetValue(tests) ? new TestSchemaWriter(BotHost.Vocabulary).Write() : new SchemaWriter(BotHost.Vocabulary).Write()));
        return command;
    }
}
