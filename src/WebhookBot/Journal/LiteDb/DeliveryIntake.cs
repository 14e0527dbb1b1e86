namespace WebhookBot.Journal.LiteDb;

/// <summary>Takes deliveries in: looks whether one is held already, packs it, and waits until it is durable.</summary>
internal sealed class DeliveryIntake(Log log, LogWriter writer, LiveState state, DedupeMap dedupe, TimeProvider time)
{
    /// <summary>Packs the body before the first wait, so the caller may reuse it as soon as this returns.</summary>
    public async ValueTask<AppendReceipt> AppendAsync(DeliveryDraft draft)
    {
        var key = ContentKey.Of(draft.Source, draft.SenderId);
        var answer = dedupe.Enter(draft, key, time.GetUtcNow());
        if (answer.Writing is { } writing)
        {
            Count(await writing);
            return new AppendReceipt(answer.Id!, true);
        }

        if (answer.Known is { } known)
        {
            return IsLost(known) ? await AppendAsync(draft) : await RepeatAsync(draft, known);
        }

        try
        {
            await writer.Submit(DeliveryFrame.Encode(draft, answer.Id!, key, answer.IdKey));
        }
        catch (Exception exception)
        {
            dedupe.Release(key, answer.IdKey, exception);
            throw;
        }

        return new AppendReceipt(answer.Id!, false);
    }

    /// <summary>Whether that delivery is held; one that is just being written is not yet.</summary>
    public bool IsHeld(string source, string senderId) => dedupe.IsHeld(ContentKey.Of(source, senderId));

    /// <summary>Whether it was given up, as its record cannot be read any more; then this is no copy, but all that there is of it.</summary>
    private bool IsLost(in KnownDelivery known)
    {
        DeliveryEntry entry;
        lock (state.Gate)
        {
            if (state.Find(known.Sequence) is not { Progress.IsGivenUp: true } delivery)
            {
                return false;
            }

            entry = delivery.Entry;
        }

        if (CanRead(entry.Position))
        {
            return false;
        }

        dedupe.ForgetSender(entry with { Position = known.Position });
        return true;
    }

    private bool CanRead(LogPosition position)
    {
        try
        {
            log.Read(position);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
        catch (IOException)
        {
            // The disk may give it out later.
            return true;
        }
    }

    /// <summary>A copy is counted; a copy of one that died sets it going again.</summary>
    private async ValueTask<AppendReceipt> RepeatAsync(DeliveryDraft draft, KnownDelivery known)
    {
        var receipt = new AppendReceipt(known.Id ?? draft.SenderId, true);
        if (Reopen(known.Sequence) is { } reopening)
        {
            await reopening;
        }
        else
        {
            Count(known);
        }

        return receipt;
    }

    // Nobody waits for it, and a copy that is not counted while nothing can be written is no loss.
    private void Count(in KnownDelivery known) =>
        writer.TrySubmit(ReasonFrame.Bare(FrameKind.Duplicate, known.Sequence, time.GetUtcNow()));

    private Task? Reopen(long sequence)
    {
        lock (state.Gate)
        {
            if (state.Find(sequence) is not { } delivery || delivery.Progress.Status != DeliveryStatus.Dead)
            {
                return null;
            }

            return delivery.Reopening is { IsFaulted: false } reopening
                ? reopening
                : delivery.Reopening = writer.Submit(ReasonFrame.Bare(FrameKind.Reopened, sequence, time.GetUtcNow()));
        }
    }
}
