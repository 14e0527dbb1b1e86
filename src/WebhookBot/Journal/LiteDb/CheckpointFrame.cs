namespace WebhookBot.Journal.LiteDb;

/// <summary>
/// The payload of a checkpoint: where the bookmarks are, and how far each unfinished delivery is. Positions stand for what the log holds elsewhere,
/// so that a long queue costs some dozens of bytes a delivery and not its text. Older versions kept all marks in here, which made it as long as
/// all that happened within the longest time that is counted; new ones stand in the sidecars.
/// </summary>
internal static class CheckpointFrame
{
    public static PendingFrame Encode(
        long lastSequence, DateTimeOffset now, Dictionary<UInt128, LogPosition> bookmarks, IReadOnlyCollection<MarkEntry> marks,
        IReadOnlyCollection<DeliveryState> deliveries)
    {
        var content = new PayloadWriter(64 + 24 * bookmarks.Count + 64 * deliveries.Count);
        content.Number(bookmarks.Count);
        foreach (var (key, position) in bookmarks)
        {
            content.Key(key);
            content.Int64(position.Value);
        }

        content.Number(deliveries.Count);
        foreach (var delivery in deliveries)
        {
            content.Int64(delivery.Position.Value);
            content.Int64(delivery.PlanPosition.Value);
            ProgressCodec.Write(ref content, delivery.Progress);
            ProgressCodec.Write(ref content, delivery.Frames);
        }

        content.Number(marks.Count);
        foreach (var mark in marks)
        {
            mark.Write(ref content);
        }

        var payload = new PayloadWriter(content.Length + 64);
        payload.Content(content.Written);
        content.Return();
        return new PendingFrame(FrameKind.Checkpoint, lastSequence, now.UtcTicks, payload);
    }

    /// <summary>Fills the bookmarks and the marks in; the deliveries have their positions and no names yet.</summary>
    public static List<DeliveryState> Read(ReadOnlySpan<byte> payload, Dictionary<UInt128, LogPosition> bookmarks, MarkCounts marks)
    {
        var packed = new PayloadReader(payload);
        var reader = new PayloadReader(packed.Content());
        for (var rest = reader.Number(); rest > 0; rest--)
        {
            bookmarks[reader.Key()] = new LogPosition(reader.Int64());
        }

        var deliveries = new List<DeliveryState>();
        for (var rest = reader.Number(); rest > 0; rest--)
        {
            var position = new LogPosition(reader.Int64());
            var delivery = new DeliveryState(new DeliveryEntry(0, position, 0, default, default), subject: default)
            {
                PlanPosition = new LogPosition(reader.Int64()),
                Progress = ProgressCodec.Read(ref reader),
            };
            delivery.Move(ProgressCodec.ReadPositions(ref reader));
            deliveries.Add(delivery);
        }

        // Checkpoints of the first format end here.
        for (var rest = reader.IsAtEnd ? 0 : reader.Number(); rest > 0; rest--)
        {
            marks.Inherit(MarkEntry.Read(ref reader));
        }

        return deliveries;
    }
}
