using System.Net;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Journal;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Intake;

/// <summary>More deliveries at one time than can be written down.</summary>
public sealed class FullInboxTests
{
    private const int Most = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Sends_away_what_is_more_than_may_wait_and_takes_it_when_they_are_written_down()
    {
        var gate = new Gate();
        await using var bot = await RunningBot.StartAsync(settings: [new("Intake:MaxWaiting", $"{Most}")], replace: gate.PutBefore);
        var waiting = Enumerable.Range(0, Most).Select(i => bot.PostGitHubAsync("push", "{}", $"waits-{i}")).ToList();
        await gate.Reached.WaitAsync(Patience, TestContext.Current.CancellationToken);

        for (var i = 0; i < 3; i++)
        {
            using var refused = await bot.PostGitHubAsync("push", "{}", "one-too-many").WaitAsync(Patience, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
            Assert.NotEqual(true, refused.Headers.ConnectionClose);
        }

        gate.Open();
        foreach (var answer in await Task.WhenAll(waiting))
        {
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            answer.Dispose();
        }

        using var later = await bot.PostGitHubAsync("push", "{}", "one-too-many");
        Assert.Equal(HttpStatusCode.Accepted, later.StatusCode);
    }

    /// <summary>Holds up whatever is to be written down, until it is opened.</summary>
    private sealed class Gate
    {
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting;

        /// <summary>As many wait as may.</summary>
        public Task Reached => _reached.Task;

        public void Open() => _opened.SetResult();

        public void PutBefore(IServiceCollection services)
        {
            var journal = services.Last(s => s.ServiceType == typeof(IJournal));
            services.Remove(journal);
            services.AddSingleton(provider =>
            {
                var gated = DispatchProxy.Create<IJournal, GatedJournal>();
                ((GatedJournal)(object)gated).Bind((IJournal)journal.ImplementationFactory!(provider), PassAsync);
                return gated;
            });
        }

        private Task PassAsync()
        {
            if (Interlocked.Increment(ref _waiting) == Most)
            {
                _reached.SetResult();
            }

            return _opened.Task;
        }
    }

    /// <summary>The journal itself, with something to wait for before each delivery.</summary>
    public class GatedJournal : DispatchProxy, IDisposable
    {
        private IJournal _journal = null!;
        private Func<Task> _before = null!;

        public void Bind(IJournal journal, Func<Task> before) => (_journal, _before) = (journal, before);

        public void Dispose()
        {
            (_journal as IDisposable)?.Dispose();
            GC.SuppressFinalize(this);
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == nameof(IJournal.AppendAsync)
            ? new ValueTask<AppendReceipt>(AppendAsync((DeliveryDraft)args![0]!))
            : targetMethod.Invoke(_journal, args);

        private async Task<AppendReceipt> AppendAsync(DeliveryDraft draft)
        {
            await _before();
            return await _journal.AppendAsync(draft, CancellationToken.None);
        }
    }
}
