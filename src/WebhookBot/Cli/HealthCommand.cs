using System.CommandLine;
using System.Text.Json.Nodes;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot health</c>: whether a running bot is ready; the container's health check.</summary>
internal static class HealthCommand
{
    public static Command Create()
    {
        var server = BotClient.ServerOption();
        var command = new Command("health", """
            Asks a running bot whether it is ready, and writes what it answers.

            Exit codes: 0 ready, 1 not ready or no answer, 2 bad usage.
            """) { server };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var bot = new BotClient(parsed.GetValue(server)!);
            using var answer = await bot.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/readyz"), cancellation);
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            Console.WriteLine(text);
            return bot.Read(text) is not JsonObject readiness || !readiness.ContainsKey("codes") ? throw bot.NoBot() : answer.IsSuccessStatusCode ? 0 : 1;
        });
        return command;
    }
}
