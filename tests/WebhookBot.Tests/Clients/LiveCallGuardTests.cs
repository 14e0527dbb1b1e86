using WebhookBot.Clients;
using WebhookBot.Tests.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Clients;

public sealed class LiveCallGuardTests : IAsyncLifetime
{
    private ActionWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await ActionWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Guards_every_client_also_those_registered_elsewhere()
    {
        using var http = _world.Get<IHttpClientFactory>().CreateClient("one that nobody knows");
        using var forbidden = OutboundCalls.Forbid();
        await Assert.ThrowsAsync<ForbiddenCallException>(() => http.PostAsync(_world.Target.Url, null, ActionWorld.Cancellation));
        Assert.Empty(_world.Target.Requests);
    }

    [Fact]
    public async Task Opens_again_when_the_outermost_scope_ends()
    {
        _world.Target.On("POST", "/", _ => new PeerAnswer(200));
        using (OutboundCalls.Forbid())
        {
            OutboundCalls.Forbid().Dispose();
            Assert.True(OutboundCalls.AreForbidden);
        }

        using var http = _world.Get<IHttpClientFactory>().CreateClient("x");
        using var answer = await http.PostAsync(_world.Target.Url, null, ActionWorld.Cancellation);
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Forbids_only_the_flow_of_control_that_asked()
    {
        var isForbiddenElsewhere = new TaskCompletionSource<bool>();
        var elsewhere = AskLaterAsync(isForbiddenElsewhere.Task);
        using (OutboundCalls.Forbid())
        {
            isForbiddenElsewhere.SetResult(true);
            Assert.False(await elsewhere);
        }
    }

    private static async Task<bool> AskLaterAsync(Task when)
    {
        await when;
        return OutboundCalls.AreForbidden;
    }
}
