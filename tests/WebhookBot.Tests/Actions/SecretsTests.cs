using WebhookBot.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Actions;

public sealed class SecretsTests : IAsyncLifetime
{
    private const string Echoed = "you sent Bearer xoxb-fake-token, ghs_fake1 and whsec_c2VjcmV0c2VjcmV0 to https://me:pw-canary@host/";

    private static readonly (string Name, object Arguments)[] Everything =
    [
        ("slack.post", new { channel = "#incidents", text = "x" }),
        ("github.label", new { add = "docs" }),
        ("github.comment", new { body = "x" }),
        ("github.dispatch", new { event_type = "x" }),
    ];

    private ActionWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await ActionWorld.StartAsync();
        _world.GitHub.Repository("acme/shop");
        _world.Set("OUT_SECRET", "whsec_c2VjcmV0c2VjcmV0");
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData(200), InlineData(400), InlineData(403), InlineData(422), InlineData(500)]
    public async Task Appear_in_no_outcome_and_no_log_even_when_the_target_sends_them_back(int status)
    {
        var echo = PeerAnswer.Json(new { ok = false, error = Echoed, message = Echoed, needed = Echoed }, status);
        _world.Slack.Peer.Next(echo, times: 100);
        _world.Target.Next(echo, times: 100);
        _world.GitHub.Next(echo, times: 100);
        var outcomes = new List<ActionOutcome>();
        foreach (var (name, arguments) in Everything)
        {
            outcomes.Add(await _world.RunAsync(name, arguments));
        }

        var url = new Uri(_world.Target.Url, "path-canary?query-canary").AbsoluteUri;
        outcomes.Add(await _world.RunAsync("http", new { url, sign = "OUT_SECRET", expect = "201" }));
        string[] canaries = [FakeSlack.Token, "ghs_fake1", "c2VjcmV0", "pw-canary", "path-canary", "query-canary", "PRIVATE KEY", "eyJ"];
        var shown = string.Join("\n", outcomes.Select(o => o.ToString()).Concat(_world.Log.Lines));
        Assert.All(canaries, canary => Assert.DoesNotContain(canary, shown, StringComparison.Ordinal));
    }
}
