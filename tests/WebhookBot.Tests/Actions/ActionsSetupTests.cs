using WebhookBot.Actions;
using WebhookBot.Actions.Digests;

namespace WebhookBot.Tests.Actions;

public sealed class ActionsSetupTests : IAsyncLifetime
{
    private ActionWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await ActionWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public void Registers_every_action_that_there_is()
    {
        var registered = _world.Get<IEnumerable<IAction>>().ToList();
        var written = typeof(IAction).Assembly.GetTypes()
            .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IAction)));
        Assert.Equal(written.OrderBy(t => t.Name), registered.Select(a => a.GetType()).OrderBy(t => t.Name));
    }

    [Fact]
    public void Describes_the_same_actions_with_and_without_the_service()
    {
        var registered = _world.Get<IEnumerable<IAction>>().Where(a => a is not DigestAction).Select(a => a.Descriptor);
        Assert.Equal(ActionsSetup.Descriptors, registered);
    }

    [Fact]
    public void Says_of_every_argument_what_it_means() =>
        Assert.All(ActionsSetup.Descriptors.SelectMany(d => d.Parameters), p =>
            Assert.EndsWith(".", p.Description, StringComparison.Ordinal));
}
