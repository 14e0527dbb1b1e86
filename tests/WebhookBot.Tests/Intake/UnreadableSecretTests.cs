using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Intake;

/// <summary>A secret's file that cannot be read closes its own source and no other, until it can be.</summary>
public sealed class UnreadableSecretTests
{
    private const string Rules = """
        sources:
          new: { verify: { token: X-Key, secret: NEW_SECRET }, event: { header: X-Event }, id: { header: X-Id } }
        rules: {}
        """;

    [Fact]
    public async Task Closes_its_own_source_alone_and_is_read_when_it_is_there()
    {
        using var folder = new TemporaryFolder();
        var secret = Path.Combine(folder.Path, "secret");
        await using var world = await BotWorld.StartAsync(new JumpingClock(speed: 50), "", ("NEW_SECRET_FILE", secret));
        await world.ChangeRulesAsync(Rules);

        Assert.Equal(202, (int)(await world.Bot.PostGitHubAsync("push", "{}")).StatusCode);
        Assert.Equal(401, await SendAsync(world));
        await File.WriteAllTextAsync(secret, "let-me-in-0123456789\n", TestContext.Current.CancellationToken);

        await Poll.UntilAsync(() => SendAsync(world), status => status == 202);
        await world.ChangeRulesAsync("rules: {}");
    }

    private static async Task<int> SendAsync(BotWorld world)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/new") { Content = new StringContent("{}", null, "application/json") };
        request.Headers.Add("X-Key", "let-me-in-0123456789");
        request.Headers.Add("X-Event", "ping");
        request.Headers.Add("X-Id", Guid.NewGuid().ToString());
        using var answer = await world.Bot.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}
