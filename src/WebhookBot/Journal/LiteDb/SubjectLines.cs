using System.Runtime.InteropServices;

namespace WebhookBot.Journal.LiteDb;

/// <summary>For each subject the deliveries that hold up later ones, in the order of their arrival.</summary>
internal sealed class SubjectLines
{
    private readonly Dictionary<UInt128, Line> _lines = [];

    /// <summary>Whether nobody stands before it.</summary>
    public bool IsFirst(DeliveryState delivery) =>
        !delivery.HasSubject
        || !_lines.TryGetValue(delivery.Subject, out var line)
        || line.First!.Sequence >= delivery.Sequence;

    public void Enter(DeliveryState delivery)
    {
        if (!delivery.HasSubject || delivery.IsInLine)
        {
            return;
        }

        delivery.IsInLine = true;
        CollectionsMarshal.GetValueRefOrAddDefault(_lines, delivery.Subject, out _).Insert(delivery);
    }

    /// <summary>Takes it out of its line; the one that is first now, when that is another.</summary>
    public DeliveryState? Leave(DeliveryState delivery)
    {
        if (!delivery.IsInLine)
        {
            return null;
        }

        ref var line = ref CollectionsMarshal.GetValueRefOrNullRef(_lines, delivery.Subject);
        var before = line.First;
        line.Remove(delivery);
        delivery.IsInLine = false;
        var first = line.First;
        if (first is null)
        {
            _lines.Remove(delivery.Subject);
        }

        return first == before ? null : first;
    }

    // Most subjects have one delivery alone: a line of its own would be one more thing to keep of each.
    private struct Line
    {
        public DeliveryState? First { get; private set; }

        private DeliveryState? Last { get; set; }

        // Nearly always at the end; one that was reopened goes where it arrived.
        public void Insert(DeliveryState delivery)
        {
            var before = Last is null || Last.Sequence < delivery.Sequence ? Last : Before(delivery);
            delivery.Next = before is null ? First : before.Next;
            if (before is null)
            {
                First = delivery;
            }
            else
            {
                before.Next = delivery;
            }

            Last = delivery.Next is null ? delivery : Last;
        }

        public void Remove(DeliveryState delivery)
        {
            var before = Before(delivery);
            if (before is null)
            {
                First = delivery.Next;
            }
            else
            {
                before.Next = delivery.Next;
            }

            Last = Last == delivery ? before : Last;
            delivery.Next = null;
        }

        private readonly DeliveryState? Before(DeliveryState delivery)
        {
            DeliveryState? before = null;
            for (var one = First; one is not null && one.Sequence < delivery.Sequence; one = one.Next)
            {
                before = one;
            }

            return before;
        }
    }
}
