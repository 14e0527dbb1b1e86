using WebhookBot.Journal;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Benchmarks.Intake;

/// <summary>Takes every delivery and keeps none.</summary>
internal sealed class EmptyJournal : IJournal
{
    public JournalHealth Health { get; } = new() { Unfinished = 0, Retrying = 0, DeadLetters = 0, IndexLag = 0, LogBytes = 0 };

    public ValueTask<AppendReceipt> AppendAsync(DeliveryDraft draft, CancellationToken cancellation) =>
        ValueTask.FromResult(new AppendReceipt(draft.SenderId, IsDuplicate: false));

    public Task<IReadOnlyList<DeliveryLease>> ClaimDeliveriesAsync(int max, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<DeliveryLease>>([]);

    public Task<Plan?> SavePlanAsync(DeliveryLease lease, Plan plan, CancellationToken cancellation) => Task.FromResult<Plan?>(plan);

    public Task<bool> PostponeAsync(DeliveryLease lease, DateTimeOffset nextAt, string reason, CancellationToken cancellation) => Task.FromResult(false);

    public Task<bool> GiveUpAsync(DeliveryLease lease, string reason, CancellationToken cancellation) => Task.FromResult(false);

    public Task<IReadOnlyList<ActionLease>> ClaimActionsAsync(DeliveryLease lease, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<ActionLease>>([]);

    public Task<IReadOnlyList<ActionLease>> ClaimDueActionsAsync(int max, Func<ActionId, DateTimeOffset?> later, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<ActionLease>>([]);

    public Task<bool> RecordAttemptAsync(ActionLease lease, Attempt attempt, Bookmark? bookmark, CancellationToken cancellation) => Task.FromResult(false);

    public Task<Delivery?> ReadDeliveryAsync(ActionLease lease, CancellationToken cancellation) => Task.FromResult<Delivery?>(null);

    public Task<bool> PutOffAsync(ActionLease lease, Attempt attempt, CancellationToken cancellation) => Task.FromResult(false);

    public Task<IReadOnlyList<HeldAction>> FindWaitingAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<HeldAction>>([]);

    public Task<bool> BeginDecidingAsync(DeliveryLease lease, CancellationToken cancellation) => Task.FromResult(false);

    public Task<bool> BeginAttemptAsync(ActionLease lease, CancellationToken cancellation) => Task.FromResult(false);

    public Task RenewAsync(IReadOnlyCollection<DeliveryLease> deliveries, IReadOnlyCollection<ActionLease> actions, CancellationToken cancellation) => Task.CompletedTask;

    public Task ReleaseAsync(DeliveryLease lease, CancellationToken cancellation) => Task.CompletedTask;

    public Task<Bookmark?> RecallAsync(string key, CancellationToken cancellation) => Task.FromResult<Bookmark?>(null);

    public bool IsHeld(string source, string senderId) => false;

    public Task<DeliveryRecord?> FindAsync(string id, CancellationToken cancellation) => Task.FromResult<DeliveryRecord?>(null);

    public Task<DeliveryPage> ListAsync(DeliveryQuery query, CancellationToken cancellation) => Task.FromResult(new DeliveryPage([], null));

    public IAsyncEnumerable<DeliveryRecord> ReadLastAsync(DeliveryQuery query, int last, CancellationToken cancellation) => AsyncEnumerable.Empty<DeliveryRecord>();

    public Task<IReadOnlyList<HeldAction>> FindHeldAsync(string key, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<HeldAction>>([]);

    public Task<ActionLease?> ClaimHeldAsync(HeldAction held, CancellationToken cancellation) => Task.FromResult<ActionLease?>(null);

    public Task<IReadOnlyList<int>> CountMarksAsync(IReadOnlyList<MarkQuery> marks, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<int>>([]);

    public Task KeepAsync(Bookmark bookmark, CancellationToken cancellation) => Task.CompletedTask;

    public IAsyncEnumerable<DeliveryRecord> ReadDeadAsync(long newest, CancellationToken cancellation) => AsyncEnumerable.Empty<DeliveryRecord>();

    public Task<bool> DecideDeadAsync(long sequence, int action, Attempt decision, CancellationToken cancellation) => Task.FromResult(false);

    public Task WaitForWorkAsync(CancellationToken cancellation) => Task.Delay(Timeout.Infinite, cancellation);
}
