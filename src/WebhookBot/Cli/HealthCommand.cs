using System.CommandLine;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot health</c>: whether a running bot is ready; the container's health check.</summary>
internal static class HealthCommand
{
    public static Command Create()
    {
        var server = BotClient.ServerOption();
        var command = new Command("health", "Asks a running bot whether it is ready: exit 0 if it is") { server };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var bot = new BotClient(parsed.GetValue(server)!);
            using var answer = await bot.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/readyz"), cancellation);
            Console.WriteLine(await answer.Content.ReadAsStringAsync(cancellation));
            return answer.IsSuccessStatusCode ? 0 : 1;
        });
        return command;
    }
}
