using WebhookBot.Rules.Planning;

namespace WebhookBot.Journal;

/// <summary>
/// The durable record of deliveries, plans and attempts, and the queue of what is still to be done. What a method reports as
/// written is durable when the method completes. Safe for use by any number of threads.
/// </summary>
/// <remarks>
/// Deliveries of one subject are claimed in the order of their arrival: a delivery is claimable when every earlier one of its
/// subject is decided and has no action left that was never tried. An action that waits for its retry holds nobody up.
/// </remarks>
public interface IJournal
{
    /// <summary>Writes a delivery down. Completes when it is durable; a duplicate is answered with the first one's id.</summary>
    /// <exception cref="JournalUnavailableException">It cannot take more now; nothing was written.</exception>
    ValueTask<AppendReceipt> AppendAsync(DeliveryDraft draft, CancellationToken cancellation);

    /// <summary>
    /// Claims up to <paramref name="max"/> deliveries that are to be decided or whose planned actions were never all tried.
    /// Empty when there are none now.
    /// </summary>
    Task<IReadOnlyList<DeliveryLease>> ClaimDeliveriesAsync(int max, CancellationToken cancellation);

    /// <summary>
    /// Notes that deciding begins, so that it is known when the process ends in the middle of it; what is decided already needs no note. False
    /// when the lease has run out.
    /// </summary>
    Task<bool> BeginDecidingAsync(DeliveryLease lease, CancellationToken cancellation);

    /// <summary>
    /// Saves what was decided; the first writer wins. Returns the plan in force, which is an earlier one if there was one, or null
    /// when the lease has run out and somebody else works on the delivery.
    /// </summary>
    Task<Plan?> SavePlanAsync(DeliveryLease lease, Plan plan, CancellationToken cancellation);

    /// <summary>Puts deciding off until <paramref name="nextAt"/>. False when the lease has run out.</summary>
    Task<bool> PostponeAsync(DeliveryLease lease, DateTimeOffset nextAt, string reason, CancellationToken cancellation);

    /// <summary>Gives a delivery up that cannot be decided. False when the lease has run out.</summary>
    Task<bool> GiveUpAsync(DeliveryLease lease, string reason, CancellationToken cancellation);

    /// <summary>Claims the actions of the lease's delivery that were never tried, in order. Empty when there are none.</summary>
    Task<IReadOnlyList<ActionLease>> ClaimActionsAsync(DeliveryLease lease, CancellationToken cancellation);

    /// <summary>
    /// Claims up to <paramref name="max"/> actions whose due time has come, from any delivery, longest due first.
    /// </summary>
    /// <param name="max">How many.</param>
    /// <param name="later">
    /// Asked of each before anything of it is read: until when it need not be looked at, or null. Its due time moves there, in memory alone, so
    /// after a restart it is due when its record says. Answers at once and asks nothing of the journal.
    /// </param>
    /// <param name="cancellation">Ends waiting for it.</param>
    Task<IReadOnlyList<ActionLease>> ClaimDueActionsAsync(int max, Func<ActionId, DateTimeOffset?> later, CancellationToken cancellation);

    /// <summary>Every action that waits and was never tried, of deliveries that have a subject.</summary>
    Task<IReadOnlyList<HeldAction>> FindWaitingAsync(CancellationToken cancellation);

    /// <summary>
    /// The actions that wait for their time under that key of their <see cref="Hold"/>, oldest first; those that somebody is just trying are
    /// among them, and those of a digest that are tried again.
    /// </summary>
    Task<IReadOnlyList<HeldAction>> FindHeldAsync(string key, CancellationToken cancellation);

    /// <summary>Claims one of them before its time. Null when it does not wait any more, or somebody has it.</summary>
    Task<ActionLease?> ClaimHeldAsync(HeldAction held, CancellationToken cancellation);

    /// <summary>How many marks of each key the saved plans have made since the time that is asked for; one that has ended may be forgotten.</summary>
    Task<IReadOnlyList<int>> CountMarksAsync(IReadOnlyList<MarkQuery> marks, CancellationToken cancellation);

    /// <summary>
    /// Notes that the try of an action begins, so that it is known when the process ends in the middle of it. False when the lease has run out.
    /// </summary>
    Task<bool> BeginAttemptAsync(ActionLease lease, CancellationToken cancellation);

    /// <summary>
    /// Records a try and, together with it, what the action wants to find again. False when the lease has run out; then nothing
    /// is recorded.
    /// </summary>
    Task<bool> RecordAttemptAsync(ActionLease lease, Attempt attempt, Bookmark? bookmark, CancellationToken cancellation);

    /// <summary>The delivery that a claimed action was planned for; null when the lease has run out, or when it cannot be read any more and is given up.</summary>
    Task<Delivery?> ReadDeliveryAsync(ActionLease lease, CancellationToken cancellation);

    /// <summary>
    /// Puts an action off that was not tried. What its record says in the same words already is not written again: then only its due time moves,
    /// in memory alone. False when the lease has run out.
    /// </summary>
    Task<bool> PutOffAsync(ActionLease lease, Attempt attempt, CancellationToken cancellation);

    /// <summary>Extends leases that are still worked on.</summary>
    Task RenewAsync(IReadOnlyCollection<DeliveryLease> deliveries, IReadOnlyCollection<ActionLease> actions, CancellationToken cancellation);

    /// <summary>
    /// Ends the work on a delivery: actions of it that are still leased can be claimed again, and the next delivery of its subject
    /// can be claimed when nothing is left untried.
    /// </summary>
    Task ReleaseAsync(DeliveryLease lease, CancellationToken cancellation);

    /// <summary>Keeps a text that belongs to no attempt. Completes when it is durable.</summary>
    /// <exception cref="JournalUnavailableException">It cannot be written now.</exception>
    Task KeepAsync(Bookmark bookmark, CancellationToken cancellation);

    /// <summary>What was last kept under that key, or null.</summary>
    Task<Bookmark?> RecallAsync(string key, CancellationToken cancellation);

    /// <summary>Whether a delivery with that id of the sender's is held, however it stands.</summary>
    bool IsHeld(string source, string senderId);

    /// <summary>The delivery of that id with all that came of it, or null. Sees everything written before the call.</summary>
    Task<DeliveryRecord?> FindAsync(string id, CancellationToken cancellation);

    /// <summary>Deliveries, newest first. Sees everything written before the call unless the index is far behind.</summary>
    Task<DeliveryPage> ListAsync(DeliveryQuery query, CancellationToken cancellation);

    /// <summary>
    /// The newest deliveries that pass the query, newest first, each with all that came of it: at most <paramref name="last"/>, whatever the
    /// query's limit and cursor say. Sees everything written before the enumeration begins, and holds few of them at a time. Their plans say of each rule
    /// whether it matched, and not what each condition saw.
    /// </summary>
    IAsyncEnumerable<DeliveryRecord> ReadLastAsync(DeliveryQuery query, int last, CancellationToken cancellation);

    /// <summary>
    /// The deliveries that have a dead letter among their actions, newest first, each with all that came of it; only those whose sequence is
    /// <paramref name="newest"/> or less. Sees everything written before the enumeration begins.
    /// </summary>
    IAsyncEnumerable<DeliveryRecord> ReadDeadAsync(long newest, CancellationToken cancellation);

    /// <summary>
    /// Records what a person decided about a dead letter: <see cref="ActionStatus.Pending"/> has it tried again with fresh attempts,
    /// <see cref="ActionStatus.Skipped"/> closes it. False when the action is no dead letter, or no more; then nothing is recorded.
    /// </summary>
    /// <param name="sequence">The delivery's.</param>
    /// <param name="action">The action's place in the plan.</param>
    /// <param name="decision">What was decided, in the words that the story is to tell.</param>
    /// <param name="cancellation">Ends waiting for it.</param>
    Task<bool> DecideDeadAsync(long sequence, int action, Attempt decision, CancellationToken cancellation);

    /// <summary>
    /// Completes when there may be a delivery to claim; at the latest when the next due time comes. An action that is due already does
    /// not end it: it may be in the hands of nobody for as long as whoever claims such actions is busy.
    /// </summary>
    Task WaitForWorkAsync(CancellationToken cancellation);

    /// <summary>How it is doing.</summary>
    JournalHealth Health { get; }
}

/// <summary>How the journal is doing.</summary>
public sealed record JournalHealth
{
    /// <summary>Why it takes no deliveries now; null when it does.</summary>
    public JournalProblem? Problem { get; init; }

    /// <summary>Why lists may be incomplete now, such as an index that is being rebuilt; null when they are complete.</summary>
    public string? IndexNote { get; init; }

    /// <summary>Deliveries that are not finished.</summary>
    public required long Unfinished { get; init; }

    /// <summary>Actions waiting for a retry.</summary>
    public required long Retrying { get; init; }

    /// <summary>Actions whose attempts are used up and that nobody has seen to yet.</summary>
    public required long DeadLetters { get; init; }

    /// <summary>Records written that the index does not show yet.</summary>
    public required long IndexLag { get; init; }

    /// <summary>Bytes that it takes on the disk, without the index.</summary>
    public required long LogBytes { get; init; }
}

/// <summary>The journal cannot take more now; the sender is to come again.</summary>
public sealed class JournalUnavailableException(string reason, TimeSpan retryAfter, Exception? inner = null) : Exception(reason, inner)
{
    /// <summary>After how long it may be tried again.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>Why a journal takes no deliveries.</summary>
/// <param name="Code">In one word, for programs: <c>disk</c>, <c>lag</c> or <c>backlog</c>.</param>
/// <param name="Text">For people.</param>
public sealed record JournalProblem(string Code, string Text);
