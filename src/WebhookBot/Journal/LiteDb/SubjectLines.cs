namespace WebhookBot.Journal.LiteDb;

/// <summary>For each subject the deliveries that hold up later ones, in the order of their arrival.</summary>
internal sealed class SubjectLines
{
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    /// <summary>Whether nobody stands before it.</summary>
    public bool IsFirst(DeliveryState delivery) =>
        delivery.Meta.Subject is not { } subject
        || !_lines.TryGetValue(subject, out var line)
        || line.First!.Sequence >= delivery.Sequence;

    public void Enter(DeliveryState delivery)
    {
        if (delivery.Meta.Subject is not { } subject || delivery.IsInLine)
        {
            return;
        }

        delivery.IsInLine = true;
        if (!_lines.TryGetValue(subject, out var line))
        {
            _lines.Add(subject, new Line { First = delivery, Last = delivery });
            return;
        }

        line.Insert(delivery);
    }

    /// <summary>Takes it out of its line; the one that is first now, when that is another.</summary>
    public DeliveryState? Leave(DeliveryState delivery)
    {
        if (!delivery.IsInLine)
        {
            return null;
        }

        var line = _lines[delivery.Meta.Subject!];
        var first = line.First;
        line.Remove(delivery);
        delivery.IsInLine = false;
        if (line.First is null)
        {
            _lines.Remove(delivery.Meta.Subject!);
        }

        return line.First == first ? null : line.First;
    }

    private sealed class Line
    {
        public DeliveryState? First { get; set; }

        public DeliveryState? Last { get; set; }

        // Nearly always at the end; one that was reopened goes where it arrived.
        public void Insert(DeliveryState delivery)
        {
            var before = Last!.Sequence < delivery.Sequence ? Last : Before(delivery);
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

        private DeliveryState? Before(DeliveryState delivery)
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
