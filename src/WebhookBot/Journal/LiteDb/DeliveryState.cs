namespace WebhookBot.Journal.LiteDb;

/// <summary>Somebody's right to work on something, in memory only: after a start nobody holds one.</summary>
internal sealed class Claim
{
    public long Fence { get; set; }

    /// <summary>When it runs out, as a timestamp of the time provider: no jump of the clock takes it away.</summary>
    public long Until { get; set; }

    /// <summary>What is just being written under it; until that is done it neither runs out nor is given away.</summary>
    public Task? Writing { get; set; }

    /// <summary>The due time that it stands in the queue of due actions with; 0 when it does not.</summary>
    public long QueuedDue { get; set; }

    /// <summary>A hash of the words with which its being put off was written last; 0 when something else was.</summary>
    public int LastWords { get; set; }

    /// <summary>That it is being worked on, as long as it is.</summary>
    public IDisposable? Mark { get; set; }

    public bool IsHeld => Fence != 0;

    public void End()
    {
        (Fence, Writing) = (0, null);
        Unmark();
    }

    public void Unmark()
    {
        Mark?.Dispose();
        Mark = null;
    }
}

/// <summary>
/// A delivery that is not finished, or has died and may be sent again. A backlog may hold a million of these, and each collection of garbage moves those
/// that came since the last: so nothing is in it that the log can tell, and what most of them lack takes a reference and no more.
/// </summary>
/// <param name="entry">By what its copies are recognised, and where it stands.</param>
/// <param name="subject">The key of its subject; 0 when it stands alone.</param>
internal sealed class DeliveryState(in DeliveryEntry entry, UInt128 subject)
{
    private Claim? _claim;
    private List<LogPosition>? _frames;
    private Claim[] _actionClaims = [];

    public DeliveryEntry Entry { get; private set; } = entry;

    public UInt128 Subject { get; private set; } = subject;

    public bool HasSubject => Subject != default;

    /// <summary>What it is called: null until a start or who decides about it reads it, and so never of one that is planned.</summary>
    public DeliveryNames? Names { get; set; }

    /// <summary>What it is called in the bot's own log.</summary>
    public string Title => Names?.Id ?? $"number {Sequence}";

    public long Sequence => Entry.Sequence;

    public LogPosition Position => Entry.Position;

    public DeliveryProgress Progress { get; set; } = new();

    /// <summary>Where its frames are, the delivery's own not among them.</summary>
    public IReadOnlyList<LogPosition> Frames => _frames ?? (IReadOnlyList<LogPosition>)[];

    /// <summary>Where its plan is, when it has one.</summary>
    public LogPosition PlanPosition { get; set; }

    public Claim Claim => _claim ??= new Claim();

    public bool IsHeld => _claim is { IsHeld: true };

    /// <summary>The next one of its subject.</summary>
    public DeliveryState? Next { get; set; }

    /// <summary>Whether it stands in its subject's line.</summary>
    public bool IsInLine { get; set; }

    public bool IsReady { get; set; }

    public bool IsCounted { get; set; }

    public int CountedRetrying { get; set; }

    public int CountedDead { get; set; }

    /// <summary>The write of its being reopened, while that is going on.</summary>
    public Task? Reopening { get; set; }

    /// <summary>One more of its frames.</summary>
    public void Add(LogPosition frame) => (_frames ??= []).Add(frame);

    /// <summary>All of its frames stand elsewhere now.</summary>
    public void Move(List<LogPosition> frames) => _frames = frames;

    /// <summary>Its record has been found, or stands elsewhere now.</summary>
    public void Identify(in DeliveryEntry entry, UInt128 subject) => (Entry, Subject) = (entry, subject);

    public Claim ActionClaim(int action)
    {
        if (_actionClaims.Length < Progress.Actions.Length)
        {
            _actionClaims = [.. Progress.Actions.Select(_ => new Claim())];
        }

        return _actionClaims[action];
    }

    /// <summary>Whether an action was never tried and nobody is about to.</summary>
    public bool HasFreePending()
    {
        for (var i = 0; i < Progress.Actions.Length; i++)
        {
            if (Progress.Actions[i].Status == ActionStatus.Pending && !ActionClaim(i).IsHeld)
            {
                return true;
            }
        }

        return false;
    }

    public bool HasClaimedAction()
    {
        for (var i = 0; i < _actionClaims.Length; i++)
        {
            if (_actionClaims[i].IsHeld)
            {
                return true;
            }
        }

        return false;
    }
}
