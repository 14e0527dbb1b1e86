using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WebhookBot.Journal;

namespace WebhookBot.Tests.Journal;

public sealed class JournalSetupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Is_open_before_other_hosted_services_start_and_closed_with_its_index_after_they_stop()
    {
        var other = new OpenAtStart(_folder);
        using var host = Build(services => services.AddSingleton<IHostedService>(other).AddJournal());
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(other.WasOpen);

        // An index that was never opened is not closed either.
        Assert.True(SpinWait.SpinUntil(() => File.Exists(_folder.Index), TimeSpan.FromSeconds(20)));
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.True(File.Exists(_folder.Index + ".ok"));
    }

    [Fact]
    public async Task Refuses_a_provider_that_it_does_not_know()
    {
        using var host = Build(services => services.AddJournal().Configure<JournalOptions>(options => options.Provider = "oracle"));
        await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
    }

    private IHost Build(Action<IServiceCollection> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Journal:Path", _folder.Journal)]);
        configure(builder.Services);
        return builder.Build();
    }

    private sealed class OpenAtStart(TemporaryFolder folder) : IHostedService
    {
        public bool WasOpen { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            WasOpen = Directory.Exists(folder.Log) && folder.Segments.Length == 1;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
