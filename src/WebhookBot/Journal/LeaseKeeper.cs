using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace WebhookBot.Journal;

/// <summary>
/// Renews leases while somebody works under them: work that takes long is not given to a second worker, who would do it again.
/// </summary>
public sealed class LeaseKeeper : IDisposable
{
    // Two renewals may be late before a lease runs out.
    private const int RenewalsALease = 3;

    private readonly IJournal _journal;
    private readonly ConcurrentDictionary<Holding, byte> _held = new();
    private readonly ITimer _timer;

    public LeaseKeeper(IJournal journal, TimeProvider clock, IOptions<JournalOptions> options)
    {
        _journal = journal;
        var every = options.Value.Lease / RenewalsALease;
        _timer = clock.CreateTimer(static keeper => ((LeaseKeeper)keeper!).Renew(), this, every, every);
    }

    /// <summary>Renews it until the returned scope is disposed.</summary>
    public IDisposable Keep(DeliveryLease delivery) => Keep([delivery], []);

    /// <summary>Renews them until the returned scope is disposed. Those that end meanwhile are left alone.</summary>
    public IDisposable Keep(IReadOnlyCollection<ActionLease> actions) => Keep([], actions);

    public void Dispose() => _timer.Dispose();

    private Holding Keep(IReadOnlyCollection<DeliveryLease> deliveries, IReadOnlyCollection<ActionLease> actions)
    {
        var holding = new Holding(this, deliveries, actions);
        _held.TryAdd(holding, 0);
        return holding;
    }

    private void Renew()
    {
        foreach (var (holding, _) in _held)
        {
            _journal.RenewAsync(holding.Deliveries, holding.Actions, CancellationToken.None);
        }
    }

    private sealed class Holding(LeaseKeeper keeper, IReadOnlyCollection<DeliveryLease> deliveries, IReadOnlyCollection<ActionLease> actions) : IDisposable
    {
        public IReadOnlyCollection<DeliveryLease> Deliveries => deliveries;

        public IReadOnlyCollection<ActionLease> Actions => actions;

        public void Dispose() => keeper._held.TryRemove(this, out _);
    }
}
