using LiteDB;

namespace WebhookBot.Journal.LiteDb;

/// <summary>A delivery in the index: what lists filter by, and where its frames are.</summary>
internal sealed class IndexDocument(DeliveryMeta meta, DeliveryProgress progress, List<LogPosition> frames)
{
    public DeliveryMeta Meta => meta;

    public DeliveryProgress Progress => progress;

    /// <summary>The delivery's own frame is not among them.</summary>
    public List<LogPosition> Frames => frames;

    public bool IsNew { get; init; }

    public void Apply(in FrameHeader header, ReadOnlySpan<byte> payload, LogPosition position)
    {
        progress.Apply(header, payload);
        if (header.Kind != FrameKind.Duplicate)
        {
            frames.Add(position);
        }
    }

    // LiteDB takes 16 MB, and an index that cannot be made holds all lists up.
    private const int LongestSubject = 32 * 1024;

    public BsonDocument ToBson()
    {
        var rest = new PayloadWriter(256);
        ProgressCodec.Write(ref rest, progress);
        ProgressCodec.Write(ref rest, frames);
        var bytes = rest.Written.ToArray();
        rest.Return();
        return new BsonDocument
        {
            ["_id"] = meta.Sequence,
            ["id"] = meta.Id,
            ["source"] = meta.Source,
            ["event"] = meta.Event,
            ["subject"] = meta.Subject is { Length: > LongestSubject } subject ? subject[..LongestSubject] : meta.Subject,
            ["received"] = meta.ReceivedTicks,
            ["status"] = (int)progress.Status,
            ["position"] = meta.Position.Value,
            ["rest"] = bytes,
        };
    }

    public static IndexDocument FromBson(BsonDocument document)
    {
        var reader = new PayloadReader(document["rest"].AsBinary);
        var position = new LogPosition(document["position"].AsInt64);
        var meta = new DeliveryMeta(document["_id"].AsInt64, position, document["received"].AsInt64, default, default)
        {
            Id = document["id"].AsString,
            Source = document["source"].AsString,
            Event = document["event"].AsString,
            Subject = document["subject"].AsString,
        };
        return new IndexDocument(meta, ProgressCodec.Read(ref reader), ProgressCodec.ReadPositions(ref reader));
    }

    public DeliverySummary ToSummary() => new()
    {
        Id = meta.Id,
        Sequence = meta.Sequence,
        Source = meta.Source,
        Event = meta.Event,
        Subject = meta.Subject,
        ReceivedAt = new DateTimeOffset(meta.ReceivedTicks, TimeSpan.Zero),
        Status = progress.Status,
        Rules = progress.Matched,
        Duplicates = progress.Duplicates,
    };
}
