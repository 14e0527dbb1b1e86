namespace WebhookBot.Journal.LiteDb;

/// <summary>The actions that wait for their time, by what others find them by. Everything here happens under the gate of the live state.</summary>
internal sealed class HeldActions
{
    private readonly Dictionary<UInt128, SortedDictionary<(long Sequence, int Action), ActionPlace>> _byKey = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<ActionPlace> Find(UInt128 key) => _byKey.TryGetValue(key, out var held) ? [.. held.Values] : [];

    /// <summary>Puts what has changed for a delivery into effect.</summary>
    public void Settle(DeliveryState delivery)
    {
        for (var i = 0; i < delivery.Progress.Actions.Length; i++)
        {
            ref var action = ref delivery.Progress.Actions[i];
            if (action.Hold == default)
            {
                continue;
            }

            // What belongs to a digest is told with it although telling it failed before.
            var isHeld = action.Status == ActionStatus.Waiting || (action.Status == ActionStatus.Retrying && action.Batch != default);
            if (isHeld && !delivery.Progress.IsGivenUp)
            {
                (_byKey.TryGetValue(action.Hold, out var held) ? held : _byKey[action.Hold] = [])[(delivery.Sequence, i)] = new ActionPlace(delivery, i);
            }
            else if (_byKey.TryGetValue(action.Hold, out var others) && others.Remove((delivery.Sequence, i)) && others.Count == 0)
            {
                _byKey.Remove(action.Hold);
            }
        }
    }
}
