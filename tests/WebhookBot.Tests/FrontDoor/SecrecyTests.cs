using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WebhookBot.Cli;
using WebhookBot.Clients;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>Secrets are planted wherever something comes in, and looked for wherever something goes out for people to read.</summary>
public sealed class SecrecyTests(ITestOutputHelper output)
{
    private const string Seed = "CANARY";
    private const string AdminToken = "plain admin word CANARY01q7";
    private const string BillingSecret = "billing-CANARY02\"q\\7";

    // What a payload may hold: credentials by their form, and configured secrets by their value.
    private static readonly string[] InPayload =
    [
        "ghp_CANARY03abcdefghijklmnopqrstuvwxyz12", "github_pat_CANARY04abc_defghijk", "xoxp-1-CANARY05abcdef", "xapp-1-CANARY06abcdef", "whsec_CANARY07abcdefghijklmnop",
        "sk_live_CANARY08abcdefgh", "Authorization: Basic CANARY09abcdefgh==", "Bearer CANARY10.abcdefgh-ijk", "https://me:CANARY11pass@example.com/x",
        "https://example.com/?a=b&token=CANARY12abc&c=d", "https://hooks.slack.com/services/T0/B0/CANARY13abc",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIECANARY14abc\nCANARY14def\n-----END RSA PRIVATE KEY-----", "eyJCANARY15abc.eyJCANARY15def.CANARY15-ghi",
        AdminToken, BillingSecret,
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twenty_planted_secrets_are_seen_nowhere()
    {
        await using var slack = await FakeSlack.StartAsync();
        await using var target = await FakePeer.StartAsync();
        slack.AddChannel("dev");
        slack.Peer.Next(new PeerAnswer(500, "xoxb-CANARY16abcdef"), times: 1);
        slack.Refuse("chat.postMessage", "no_such_error xoxe-CANARY17abcdef");
        target.On("POST", "fails", _ => new PeerAnswer(500, $"who is ghu_CANARY18abcdefghijk with {AdminToken} at https://u:CANARY19pw@h/").With("X-Said", "gho_CANARY20abcdefghi"));
        var rules = Rules(target.Url);
        await using var bot = await RunningBot.StartAsync(
            rules,
            [.. slack.Settings, new("Admin:Token", AdminToken), new("BILLING_SECRET", BillingSecret), new("Http:AllowPrivateAddresses", "true"), new("Actions:MaxAttempts", "2"), new("Actions:BaseDelay", "00:00:00.050"), new("Logging:LogLevel:Default", "Trace")],
            replace: FormattedLog.AddTo);
        bot.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);

        var id = await SendAsync(bot);
        await RefuseAsync(bot);
        var log = bot.Services.GetRequiredService<ILogger<SecrecyTests>>();
        Throw(log);
        await bot.FinishedAsync(id, "dead");

        var seen = await EverythingAsync(bot, id);
        foreach (var (place, text) in seen)
        {
            output.WriteLine($"{place}: {text.Length} characters");
            Assert.False(text.Contains(Seed, StringComparison.OrdinalIgnoreCase), $"{place}: {Around(text)}");
        }

        Assert.All(seen.Where(s => s.Place is not ("/metrics" or "/readyz" or "/api/rules" or "/api/sources" or "/api/deliveries")), s => Assert.Contains(Redaction.Mark, s.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_shows_stars_and_gives_its_value_to_who_asks()
    {
        var secret = new Secret("CANARY21");
        var record = new Slot("name", secret);

        Assert.Equal("***", $"{secret}");
        Assert.Equal("\"***\"", System.Text.Json.JsonSerializer.Serialize(secret));
        Assert.DoesNotContain(Seed, $"{record}", StringComparison.Ordinal);
        Assert.DoesNotContain(Seed, System.Text.Json.JsonSerializer.Serialize(record), StringComparison.Ordinal);
        Assert.Equal("CANARY21", secret.Reveal());
    }

    private static string Rules(Uri target) => $$$"""
        rules:
          tell:
            on: github.issues.opened
            if: { issue.title: "a**" }
            then:
              - slack.post: { channel: "#dev", text: "{{issue.title}} {{issue.body}}" }
              - http: { url: "{{{target}}}fails?token=CANARY12in-a-rule", headers: { X-Given: "{{issue.title}}" }, body: "{{issue.body}}" }
          other:
            on: github.issues.opened
            if: { issue.title: { matches: "no such title" } }
            then:
              - slack.post: { channel: "#dev", text: "no" }
        """;

    private static async Task<string> SendAsync(RunningBot bot)
    {
        var body = BotWorld.Sample("github.issues.opened", ("issue.title", "a\n" + string.Join(" ", InPayload)), ("issue.body", string.Join("\n", InPayload)), ("repository.name", InPayload[0]));
        using var request = RunningBot.GitHubRequest("issues", Encoding.UTF8.GetBytes(body), "the-one-with-secrets");
        request.RequestUri = new Uri("/hooks/github?token=CANARY12", UriKind.Relative);
        request.Headers.Add("X-Other", InPayload[0]);
        request.Headers.Add("Cookie", "session=CANARY22");
        request.Headers.Add("X-Address", InPayload[8]);
        using var answer = await bot.Client.SendAsync(request, Stop);
        Assert.Equal(202, (int)answer.StatusCode);
        return "the-one-with-secrets";
    }

    private static async Task RefuseAsync(RunningBot bot)
    {
        foreach (var path in new[] { $"/hooks/{InPayload[0][..30]}", $"/hooks/github/{InPayload[0]}", $"/hooks/x?token={InPayload[3]}", $"/{InPayload[0]}" })
        {
            using var refused = await bot.Client.PostAsync(path, new StringContent(InPayload[0]), Stop);
            Assert.True((int)refused.StatusCode >= 400);
        }
    }

    private static void Throw(ILogger log)
    {
        using var scope = log.BeginScope("a scope with {Secret}", InPayload[0]);
        try
        {
            throw new InvalidOperationException($"{InPayload[3]} and {AdminToken}", new IOException(InPayload[8]));
        }
        catch (InvalidOperationException e)
        {
            log.LogError(e, "failed with {Address} and {Secret}", InPayload[9], BillingSecret);
        }
    }

    private static async Task<List<(string Place, string Text)>> EverythingAsync(RunningBot bot, string id)
    {
        var log = FormattedLog.Of(bot);
        List<(string, string)> seen = [(JsonLogFormatter.FormatterName, log.Text(JsonLogFormatter.FormatterName)), (TextLogFormatter.FormatterName, log.Text(TextLogFormatter.FormatterName))];
        foreach (var path in new[] { "/api/deliveries", $"/api/deliveries/{id}", "/api/deliveries/export", "/api/dead-letters", "/api/rules", "/api/sources", "/metrics", "/readyz" })
        {
            seen.Add((path, await bot.Client.GetStringAsync(path, Stop)));
        }

        return seen;
    }

    private static string Around(string text)
    {
        var at = text.IndexOf(Seed, StringComparison.OrdinalIgnoreCase);
        return text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 60)];
    }

    private sealed record Slot(string Name, Secret Value);
}
