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
            ["id"] = meta.Names.Id,
            ["source"] = meta.Names.Source,
            ["event"] = meta.Names.Event,
            ["subject"] = meta.Names.Subject is { Length: > LongestSubject } subject ? subject[..LongestSubject] : meta.Names.Subject,
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
        var names = new DeliveryNames(document["id"].AsString, document["source"].AsString, document["event"].AsString, document["subject"].AsString);
        return new IndexDocument(new DeliveryMeta(document["_id"].AsInt64, position, document["received"].AsInt64, names), ProgressCodec.Read(ref reader), ProgressCodec.ReadPositions(ref reader));
    }

    public DeliverySummary ToSummary() => new()
    {
        Id = meta.Names.Id,
        Sequence = meta.Sequence,
        Source = meta.Names.Source,
        Event = meta.Names.Event,
        Subject = meta.Names.Subject,
        ReceivedAt = new DateTimeOffset(meta.ReceivedTicks, TimeSpan.Zero),
        Status = progress.Status,
        Rules = progress.Matched,
        Duplicates = progress.Duplicates,
    };
}
