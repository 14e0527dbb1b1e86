using System.Runtime.InteropServices;

namespace WebhookBot.Journal.LiteDb;

/// <summary>A delivery that is held already, or is just being written.</summary>
internal readonly record struct KnownDelivery(long Sequence, LogPosition Position, long ReceivedTicks)
{
    /// <summary>Its id; null when it is the sender's.</summary>
    public string? Id { get; init; }
}

/// <summary>What the gate answers: an id to write under, a delivery that is held, or the write of that id to wait for.</summary>
internal readonly record struct DedupeAnswer(string? Id, UInt128 IdKey, KnownDelivery? Known, Task<KnownDelivery>? Writing);

/// <summary>A delivery that is being written; a copy that comes meanwhile waits for its task, which is made for the first that does.</summary>
internal sealed class DeliveryReservation(string id)
{
    private TaskCompletionSource<KnownDelivery>? _written;

    public string Id => id;

    /// <summary>Under the gate, and so never after it was completed.</summary>
    public Task<KnownDelivery> Written => (_written ??= new TaskCompletionSource<KnownDelivery>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Complete(KnownDelivery known) => _written?.TrySetResult(known);

    public void Fail(Exception exception) => _written?.TrySetException(exception);
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
                return new DedupeAnswer(writing.Id, default, null, writing.Written);
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
            Note(entry.DedupeKey, known);
            _byId[entry.IdKey] = entry.Position;
            _idsBeingWritten.Remove(entry.IdKey);
            _writing.Remove(entry.DedupeKey, out reservation);
        }

        reservation?.Complete(known);
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
            Note(entry.DedupeKey, new KnownDelivery(entry.Sequence, entry.Position, entry.ReceivedTicks) { Id = ownId });
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

    // One that is carried forward, or was dropped, is no news: a later one may have come under the same id of its sender.
    private void Note(UInt128 key, KnownDelivery known)
    {
        ref var latest = ref CollectionsMarshal.GetValueRefOrAddDefault(_bySender, key, out var isThere);
        if (!isThere || latest.Sequence <= known.Sequence)
        {
            latest = known;
        }
    }

    private static bool IsWithin(DeliveryDraft draft, in KnownDelivery known) =>
        draft.DedupeWindow is not { } window || Math.Abs(draft.ReceivedAt.UtcTicks - known.ReceivedTicks) <= window.Ticks;
}
