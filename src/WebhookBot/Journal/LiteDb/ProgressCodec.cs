namespace WebhookBot.Journal.LiteDb;

/// <summary>Where a delivery stands, as bytes: in checkpoints and in the index.</summary>
internal static class ProgressCodec
{
    // Stands in the byte of the status when keys follow.
    private const int IsHeld = 0x80;

    // Stands in the byte of the status when the number of interruptions follows.
    private const int WasInterrupted = 0x40;

    // Stands in the byte of the status when what it was left out for follows.
    private const int WasLeftOut = 0x20;
    private const int DeliveryWasInterrupted = 4;

    public static void Write(ref PayloadWriter writer, DeliveryProgress progress)
    {
        writer.Byte((byte)((progress.IsPlanned ? 1 : 0) | (progress.IsGivenUp ? 2 : 0) | (progress.Interrupted > 0 ? DeliveryWasInterrupted : 0)));
        if (progress.Interrupted > 0)
        {
            writer.Number(progress.Interrupted);
        }

        writer.Number(progress.Postponed);
        writer.Int64(progress.NotBeforeTicks);
        writer.Number(progress.Duplicates);
        writer.Number(progress.Matched.Length);
        foreach (var rule in progress.Matched)
        {
            writer.String(rule);
        }

        writer.Number(progress.Actions.Length);
        foreach (ref var action in progress.Actions.AsSpan())
        {
            writer.Byte((byte)((int)action.Status | (action.Hold != default ? IsHeld : 0) | (action.Interrupted > 0 ? WasInterrupted : 0) | (action.LeftOutFor != 0 ? WasLeftOut : 0)));
            if (action.Interrupted > 0)
            {
                writer.Number(action.Interrupted);
            }

            if (action.LeftOutFor != 0)
            {
                writer.Number(action.LeftOutFor);
            }

            writer.Number(action.Attempts);
            writer.Int64(action.DueTicks);
            if (action.Hold != default)
            {
                writer.Key(action.Hold);
                writer.Key(action.Batch);
            }
        }
    }

    public static DeliveryProgress Read(ref PayloadReader reader)
    {
        var flags = reader.Byte();
        var progress = new DeliveryProgress
        {
            IsPlanned = (flags & 1) != 0,
            IsGivenUp = (flags & 2) != 0,
            Interrupted = (flags & DeliveryWasInterrupted) != 0 ? checked((int)reader.Number()) : 0,
            Postponed = checked((int)reader.Number()),
            NotBeforeTicks = reader.Int64(),
            Duplicates = checked((int)reader.Number()),
            Matched = new string[reader.Number()],
        };
        for (var i = 0; i < progress.Matched.Length; i++)
        {
            progress.Matched[i] = reader.Name();
        }

        progress.Actions = new ActionProgress[reader.Number()];
        foreach (ref var action in progress.Actions.AsSpan())
        {
            var status = reader.Byte();
            action.Status = (ActionStatus)(status & ~(IsHeld | WasInterrupted | WasLeftOut));
            action.Interrupted = (status & WasInterrupted) != 0 ? checked((int)reader.Number()) : 0;
            action.LeftOutFor = (status & WasLeftOut) != 0 ? checked((int)reader.Number()) : 0;
            action.Attempts = checked((int)reader.Number());
            action.DueTicks = reader.Int64();
            if ((status & IsHeld) != 0)
            {
                action.Hold = reader.Key();
                action.Batch = reader.Key();
            }
        }

        return progress;
    }

    public static void Write(ref PayloadWriter writer, IReadOnlyList<LogPosition> positions)
    {
        writer.Number(positions.Count);
        for (var i = 0; i < positions.Count; i++)
        {
            writer.Int64(positions[i].Value);
        }
    }

    public static List<LogPosition> ReadPositions(ref PayloadReader reader)
    {
        var count = checked((int)reader.Number());
        var positions = new List<LogPosition>(count);
        for (var i = 0; i < count; i++)
        {
            positions.Add(new LogPosition(reader.Int64()));
        }

        return positions;
    }
}
