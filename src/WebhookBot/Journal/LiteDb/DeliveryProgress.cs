namespace WebhookBot.Journal.LiteDb;

/// <summary>Where one action stands, as far as the log says.</summary>
internal struct ActionProgress
{
    public ActionStatus Status;
    public int Attempts;

    /// <summary>When it is to be tried again, in UTC ticks; 0 when at no set time.</summary>
    public long DueTicks;

    /// <summary>Whether that time was set by its being tried or put off, and not by its plan. Not kept in checkpoints.</summary>
    public bool IsPutOff;

    /// <summary>
    /// Whether it may have been done by a try that is not counted: one that was going on when the bot was stopped, or those before a person had it
    /// tried anew. Kept nowhere: a start doubts all that can have been begun.
    /// </summary>
    public bool IsInDoubt;

    /// <summary>What others find it by while it waits; 0 when nobody looks for it.</summary>
    public UInt128 Hold;

    /// <summary>The digest it belongs to; 0 when it is none.</summary>
    public UInt128 Batch;

    /// <summary>How often the process ended while it was being tried, since the last attempt that is recorded.</summary>
    public int Interrupted;

    /// <summary>The place of the dead letter that it was left out for, counted from 1; 0 when it was not.</summary>
    public int LeftOutFor;

    /// <summary>Whether it was tried and is tried again: what waits until its target may be called is, all the same.</summary>
    public readonly bool IsRetried => Status == ActionStatus.Retrying || (Status == ActionStatus.Waiting && Attempts > 0);

    /// <summary>It is tried as if it never was; that it may have been done already is not forgotten.</summary>
    public void StartAnew()
    {
        IsInDoubt |= Attempts > 0 || Interrupted > 0;
        (Status, Attempts, Interrupted, LeftOutFor) = (ActionStatus.Pending, 0, 0, 0);
    }
}

/// <summary>Where a delivery stands: the sum of its frames. The live state, the index and the full record all add them up here.</summary>
internal sealed class DeliveryProgress
{
    public bool IsPlanned { get; set; }

    public bool IsGivenUp { get; set; }

    public int Postponed { get; set; }

    /// <summary>Before this deciding is not to be tried again, in UTC ticks.</summary>
    public long NotBeforeTicks { get; set; }

    public int Duplicates { get; set; }

    /// <summary>How often the process ended while it was being decided.</summary>
    public int Interrupted { get; set; }

    /// <summary>The rules that matched.</summary>
    public string[] Matched { get; set; } = [];

    public ActionProgress[] Actions { get; set; } = [];

    public bool HasPending => Has(ActionStatus.Pending);

    /// <summary>Whether the process ended in the middle of what is still to be done about it.</summary>
    public bool IsSuspect => IsPlanned ? Array.Exists(Actions, action => action.Interrupted > 0) : Interrupted > 0;

    /// <summary>Whether there is something in it for a person to decide.</summary>
    public bool HasDeadLetter => !IsGivenUp && Has(ActionStatus.Dead);

    /// <summary>Whether later deliveries of its subject wait for it.</summary>
    public bool IsBlocking => !IsGivenUp && (!IsPlanned || HasPending);

    public DeliveryStatus Status =>
        IsGivenUp ? DeliveryStatus.Dead
        : IsPlanned ? PlannedStatus()
        : Postponed > 0 ? DeliveryStatus.Retrying
        : DeliveryStatus.Received;

    /// <summary>Nothing more will come of it unless somebody sends it again or looks after it.</summary>
    public bool IsFinished => Status is DeliveryStatus.Done or DeliveryStatus.Ignored or DeliveryStatus.Dead;

    public void Apply(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        switch (header.Kind)
        {
            case FrameKind.Plan when !IsPlanned:
                ApplyPlan(PlanFrame.ReadOutline(payload));
                break;
            case FrameKind.Attempt:
                ApplyAttempt(payload);
                break;
            case FrameKind.Postponed:
                Postponed++;
                NotBeforeTicks = ReasonFrame.ReadNextTicks(payload);
                break;
            case FrameKind.GivenUp:
                IsGivenUp = true;
                break;
            case FrameKind.Duplicate:
                Duplicates++;
                break;
            case FrameKind.Reopened:
                Duplicates++;
                Reopen();
                break;
            case FrameKind.Interrupted:
                Interrupt(ReasonFrame.ReadInterrupted(payload));
                break;
        }
    }

    /// <summary>Allows for a clock that was set back by that many ticks since this was written: what was put off is due as much earlier.</summary>
    /// <param name="ticks">How far the clock was ahead.</param>
    /// <param name="action">The one action that this was written of; null when it was all of it.</param>
    public void Hasten(long ticks, int? action)
    {
        if (action is null && NotBeforeTicks != 0)
        {
            NotBeforeTicks -= ticks;
        }

        for (var i = 0; i < Actions.Length; i++)
        {
            ref var progress = ref Actions[i];
            if ((action is null || action == i) && progress.Status == ActionStatus.Retrying && progress.DueTicks != 0)
            {
                progress.DueTicks -= ticks;
            }
        }
    }

    /// <summary>After a stop: what can have been begun by then may have been done, whatever is recorded.</summary>
    public void Doubt(long nowTicks)
    {
        foreach (ref var action in Actions.AsSpan())
        {
            action.IsInDoubt |= action.Status == ActionStatus.Pending || (action.Status == ActionStatus.Waiting && action.DueTicks != 0 && action.DueTicks <= nowTicks);
        }
    }

    private bool Has(ActionStatus status)
    {
        foreach (ref var action in Actions.AsSpan())
        {
            if (action.Status == status)
            {
                return true;
            }
        }

        return false;
    }

    private void ApplyPlan(in PlanOutline plan)
    {
        Matched = plan.Matched;
        Actions = new ActionProgress[plan.Actions];
        IsPlanned = true;
        foreach (var place in plan.Held)
        {
            Actions[place.Action] = new ActionProgress { Status = ActionStatus.Waiting, DueTicks = place.DueTicks, Hold = place.Hold, Batch = place.Batch };
        }
    }

    private void ApplyAttempt(ReadOnlySpan<byte> payload)
    {
        var attempt = AttemptFrame.ReadOutline(payload);
        if (attempt.Action >= Actions.Length)
        {
            return;
        }

        ref var progress = ref Actions[attempt.Action];
        (progress.Status, progress.DueTicks, progress.IsPutOff) = (attempt.Status, attempt.NextTicks, attempt.NextTicks != 0);
        if (attempt.Status == ActionStatus.Waiting)
        {
            // Waiting longer is no try, and ends none.
            return;
        }

        if (attempt.Status == ActionStatus.Pending)
        {
            TryAnew(attempt.Action);
        }
        else if (attempt.LeftOutFor is { } dead)
        {
            LeaveOut(ref progress, dead);
        }
        else
        {
            progress.Attempts++;
            progress.Interrupted = 0;
        }
    }

    // Together with what was left out for it.
    private void TryAnew(int dead)
    {
        for (var i = 0; i < Actions.Length; i++)
        {
            if (i == dead || Actions[i].LeftOutFor == dead + 1)
            {
                Actions[i].StartAnew();
            }
        }
    }

    // No try. The other may have been taken up again since it was looked at.
    private void LeaveOut(ref ActionProgress progress, int dead)
    {
        if (dead < Actions.Length && Actions[dead].Status == ActionStatus.Dead)
        {
            progress.LeftOutFor = dead + 1;
        }
        else
        {
            progress.StartAnew();
        }
    }

    private void Interrupt(int? action)
    {
        if (action is null)
        {
            Interrupted++;
        }
        else if (action < Actions.Length)
        {
            Actions[action.Value].Interrupted++;
        }
    }

    private void Reopen()
    {
        // It starts anew: what was put off before it was given up is not held against it.
        IsGivenUp = false;
        Postponed = 0;
        Interrupted = 0;
        NotBeforeTicks = 0;
        for (var i = 0; i < Actions.Length; i++)
        {
            if (Actions[i].Status == ActionStatus.Dead)
            {
                TryAnew(i);
            }
        }
    }

    private DeliveryStatus PlannedStatus()
    {
        if (Actions.Length == 0)
        {
            return Matched.Length == 0 ? DeliveryStatus.Ignored : DeliveryStatus.Done;
        }

        var status = DeliveryStatus.Done;
        foreach (ref var action in Actions.AsSpan())
        {
            switch (action.Status)
            {
                case ActionStatus.Pending or ActionStatus.Running:
                    return DeliveryStatus.Planned;
                case ActionStatus.Retrying or ActionStatus.Waiting when action.IsRetried:
                    status = DeliveryStatus.Retrying;
                    break;
                case ActionStatus.Waiting when status != DeliveryStatus.Retrying:
                    status = DeliveryStatus.Planned;
                    break;
                case ActionStatus.Dead when status == DeliveryStatus.Done:
                    status = DeliveryStatus.Dead;
                    break;
            }
        }

        return status;
    }
}
