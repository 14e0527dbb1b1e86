using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Intake.Presets;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Intake.Verification;

/// <summary>Secrets that come and go, and who is told which of them it was.</summary>
public sealed class SecretRotationTests : IAsyncLifetime
{
    private const string Sources = """
        sources:
          shop: { preset: generic, secrets: [NEW, { name: OLD, until: 2027-01-31 }, { name: ENDED, until: 2020-01-31 }] }
          token: { verify: { token: X-Token, secrets: [NEW, { name: OLD, until: 2027-01-31 }] }, event: { json: type } }
          short: { preset: generic, secret: SHORT }
          empty: { preset: generic, secret: EMPTY }
        """;

    private readonly JumpingClock _clock = new();
    private readonly TemporaryFolder _folder = new();
    private RunningBot _bot = null!;

    public async ValueTask InitializeAsync()
    {
        _folder.Write("rules/sources.yml", Sources);
        _bot = await RunningBot.StartAsync(
            "",
            [new("NEW", "new-secret"), new("OLD", "old-secret"), new("ENDED", "ended-secret"), new("SHORT", "x"), new("EMPTY", "")],
            _folder,
            services => services.AddSingleton<TimeProvider>(_clock));
        _clock.Set(new DateTimeOffset(2027, 1, 31, 23, 0, 0, TimeSpan.Zero));
    }

    public async ValueTask DisposeAsync()
    {
        await _bot.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Takes_an_old_secret_until_its_last_day_is_over()
    {
        Assert.Equal(202, await StatusAsync(Signed("shop", "new-secret")));
        Assert.Equal(202, await StatusAsync(Signed("shop", "old-secret")));
        Assert.Equal(401, await StatusAsync(Signed("shop", "ended-secret")));
        Assert.Equal(202, await StatusAsync(Token("old-secret")));

        _clock.Jump(TimeSpan.FromHours(1));

        Assert.Equal(401, await StatusAsync(Signed("shop", "old-secret")));
        Assert.Equal(401, await StatusAsync(Token("old-secret")));
        Assert.Equal(202, await StatusAsync(Signed("shop", "new-secret")));
        Assert.Equal(202, await StatusAsync(Token("new-secret")));
    }

    [Theory]
    [InlineData("new-secret", "NEW")]
    [InlineData("old-secret", "OLD")]
    public async Task Names_the_secret_that_it_was_and_believes_no_sender_about_it(string secret, string name)
    {
        var request = Signed("shop", secret).With("WebhookBot-Verified-By", "THE_BOSS").WithMore("webhookbot-verified-by", "EVERYBODY");

        var delivery = await _bot.GetDeliveryAsync((await request.SendAsync(_bot)).DeliveryId()!);

        var named = delivery.GetProperty("headers").EnumerateObject().Where(h => h.Name.Equals("WebhookBot-Verified-By", StringComparison.OrdinalIgnoreCase));
        Assert.Equal([name], named.Select(h => h.Value.GetString()));
    }

    [Fact]
    public async Task Takes_no_key_of_nothing_and_no_part_of_a_short_secret()
    {
        Assert.Equal(401, await StatusAsync(Signed("empty", "")));
        Assert.Equal(401, await StatusAsync(Signed("short", "")));
        Assert.Equal(401, await StatusAsync(Signed("short", "xx")));
        Assert.Equal(202, await StatusAsync(Signed("short", "x")));
    }

    private static SentRequest Signed(string source, string secret)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"type":"paid","id":"{{Guid.NewGuid()}}"}""");
        return new SentRequest($"/hooks/{source}", [new("Content-Type", "application/json"), new("X-Signature", Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body)))], body);
    }

    private static SentRequest Token(string secret) =>
        new("/hooks/token", [new("Content-Type", "application/json"), new("X-Token", secret)], Encoding.UTF8.GetBytes($$"""{"type":"paid","id":"{{Guid.NewGuid()}}"}"""));

    private async Task<int> StatusAsync(SentRequest request) => (await request.SendAsync(_bot)).Status;
}
