using System.Runtime.InteropServices;

namespace WebhookBot.Journal.LiteDb;

/// <summary>A delivery that is held already, or is just being written.</summary>
internal readonly record struct KnownDelivery(long Sequence, LogPosition Position, long ReceivedTicks)
{
    /// <summary>Its id; null when it is the sender's.</summary>
    public string? Id { get; init; }
}

/// <summary>What the gate answers: a place to write under, a delivery that is held, or the write to wait for.</summary>
internal readonly record struct DedupeAnswer(string? NewId, UInt128 IdKey, KnownDelivery? Known, DeliveryReservation? Writing);

/// <summary>A delivery that is being written; a copy that comes meanwhile waits for its task.</summary>
internal sealed class DeliveryReservation(string id)
{
    public string Id => id;

    public TaskCompletionSource<KnownDelivery> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Seen to at once, since nearly always nobody waits.</summary>
    public void Fail(Exception exception)
    {
        Written.TrySetException(exception);
        _ = Written.Task.Exception;
    }
}

/// <summary>Which deliveries are held, by sender's id and by ours: in memory, so that a copy never costs a read of the disk.</summary>
internal sealed class DedupeMap
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, KnownDelivery> _bySender = [];
    private readonly Dictionary<UInt128, LogPosition> _byId = [];
    private readonly Dictionary<UInt128, DeliveryReservation> _writing = [];
    private readonly HashSet<UInt128> _idsBeingWritten = [];

    public DedupeAnswer Enter(DeliveryDraft draft, UInt128 key, DateTimeOffset now)
    {
        var wanted = DeliveryIds.IsHarmless(draft.SenderId) ? draft.SenderId : DeliveryIds.New(now);
        var wantedKey = ContentKey.Of(wanted);
        lock (_gate)
        {
            if (_writing.TryGetValue(key, out var writing))
            {
                return new DedupeAnswer(null, default, null, writing);
            }

            if (_bySender.TryGetValue(key, out var known) && IsWithin(draft, known))
            {
                return new DedupeAnswer(null, default, known, null);
            }

            while (_byId.ContainsKey(wantedKey) || !_idsBeingWritten.Add(wantedKey))
            {
                wanted = DeliveryIds.New(now);
                wantedKey = ContentKey.Of(wanted);
            }

            _writing.Add(key, new DeliveryReservation(wanted));
            return new DedupeAnswer(wanted, wantedKey, null, null);
        }
    }

    /// <summary>The delivery is durable. Called for those that recovery finds as well.</summary>
    public void Commit(in DeliveryEntry entry, string? ownId)
    {
        DeliveryReservation? reservation;
        var known = new KnownDelivery(entry.Sequence, entry.Position, entry.ReceivedTicks) { Id = ownId };
        lock (_gate)
        {
            // One that is carried forward is no news: a later one may have come under the same id of its sender.
            ref var latest = ref CollectionsMarshal.GetValueRefOrAddDefault(_bySender, entry.DedupeKey, out var isThere);
            if (!isThere || latest.Sequence <= entry.Sequence)
            {
                latest = known;
            }

            _byId[entry.IdKey] = entry.Position;
            _idsBeingWritten.Remove(entry.IdKey);
            _writing.Remove(entry.DedupeKey, out reservation);
        }

        reservation?.Written.TrySetResult(known);
    }

    /// <summary>The delivery could not be written; its sender comes again.</summary>
    public void Release(UInt128 key, UInt128 idKey, Exception exception)
    {
        DeliveryReservation? reservation;
        lock (_gate)
        {
            _idsBeingWritten.Remove(idKey);
            _writing.Remove(key, out reservation);
        }

        reservation?.Fail(exception);
    }

    public bool IsHeld(UInt128 key)
    {
        lock (_gate)
        {
            return _bySender.ContainsKey(key);
        }
    }

    public LogPosition? Find(string id)
    {
        lock (_gate)
        {
            return _byId.TryGetValue(ContentKey.Of(id), out var position) ? position : null;
        }
    }

    /// <summary>The delivery is kept no longer. Its sender's id is known on until <see cref="ForgetSender"/>.</summary>
    public void Forget(in DeliveryEntry entry)
    {
        lock (_gate)
        {
            if (_byId.TryGetValue(entry.IdKey, out var position) && position == entry.Position)
            {
                _byId.Remove(entry.IdKey);
            }
        }
    }

    /// <summary>A delivery that is kept no longer and whose sender's id is; found at a start.</summary>
    public void Remember(in DeliveryEntry entry, string? ownId)
    {
        lock (_gate)
        {
            _bySender.TryAdd(entry.DedupeKey, new KnownDelivery(entry.Sequence, entry.Position, entry.ReceivedTicks) { Id = ownId });
        }
    }

    public void ForgetSender(in DeliveryEntry entry)
    {
        lock (_gate)
        {
            if (_bySender.TryGetValue(entry.DedupeKey, out var known) && known.Position == entry.Position)
            {
                _bySender.Remove(entry.DedupeKey);
            }
        }
    }

    private static bool IsWithin(DeliveryDraft draft, in KnownDelivery known) =>
        draft.DedupeWindow is not { } window || draft.ReceivedAt.UtcTicks - known.ReceivedTicks <= window.Ticks;
}
