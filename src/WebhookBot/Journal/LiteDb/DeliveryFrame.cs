namespace WebhookBot.Journal.LiteDb;

/// <summary>What a delivery is called.</summary>
internal sealed record DeliveryNames(string Id, string Source, string Event, string? Subject)
{
    /// <summary>Reads them where they stand.</summary>
    public static DeliveryNames Read(PayloadReader names) => new(names.String(), names.Name(), names.Name(), names.OptionalString());

    /// <summary>Reads the key of the subject alone, and makes no strings for it; 0 when there is none.</summary>
    public static UInt128 ReadSubjectKey(PayloadReader names)
    {
        SkipToSubject(ref names);
        return names.OptionalKey();
    }

    public static void Skip(ref PayloadReader names)
    {
        SkipToSubject(ref names);
        names.SkipOptionalString();
    }

    private static void SkipToSubject(ref PayloadReader names)
    {
        names.SkipString();
        names.SkipString();
        names.SkipString();
    }
}

/// <summary>What a delivery is known by without unpacking it.</summary>
internal sealed record DeliveryMeta(long Sequence, LogPosition Position, long ReceivedTicks, DeliveryNames Names);

/// <summary>The payload of a delivery: what it is known by, then headers and body, packed together.</summary>
internal static class DeliveryFrame
{
    public static PendingFrame Encode(DeliveryDraft draft, string id, UInt128 dedupeKey, UInt128 idKey)
    {
        var body = draft.Body.Span;
        var content = new PayloadWriter(body.Length + 2048);
        var payload = new PayloadWriter(body.Length / 2 + 1024);
        payload.Key(dedupeKey);
        payload.Key(idKey);
        payload.String(id);
        payload.String(draft.Source);
        payload.String(draft.Event);
        payload.OptionalString(draft.Subject);
        payload.String(draft.SenderId);
        WriteContent(ref content, draft.Headers, body);
        payload.Content(content.Written);
        content.Return();
        return new PendingFrame(FrameKind.Delivery, 0, draft.ReceivedAt.UtcTicks, payload);
    }

    /// <summary>The fixed part of what it is known by; the reader is at its names then.</summary>
    public static DeliveryEntry ReadEntry(in FrameHeader header, ref PayloadReader payload, LogPosition position) =>
        new(header.Sequence, position, header.Ticks, payload.Key(), payload.Key());

    public static DeliveryMeta ReadMeta(in FrameHeader header, ReadOnlySpan<byte> payload, LogPosition position)
    {
        var reader = new PayloadReader(payload);
        ReadEntry(header, ref reader, position);
        return new DeliveryMeta(header.Sequence, position, header.Ticks, DeliveryNames.Read(reader));
    }

    public static Delivery Read(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        reader.Key();
        reader.Key();
        var id = reader.String();
        var source = reader.String();
        var name = reader.String();
        var subject = reader.OptionalString();
        var senderId = reader.String();
        var content = reader.Content();
        var headers = ReadHeaders(content, out var bodyOffset);
        return new Delivery
        {
            Id = id,
            Sequence = header.Sequence,
            Source = source,
            SenderId = senderId,
            Event = name,
            Subject = subject,
            ReceivedAt = new DateTimeOffset(header.Ticks, TimeSpan.Zero),
            Headers = headers,
            Body = content.AsMemory(bodyOffset),
        };
    }

    private static void WriteContent(ref PayloadWriter content, IReadOnlyList<KeyValuePair<string, string>> headers, ReadOnlySpan<byte> body)
    {
        content.Number(body.Length);
        content.Number(headers.Count);
        for (var i = 0; i < headers.Count; i++)
        {
            content.String(headers[i].Key);
            content.String(headers[i].Value);
        }

        content.Bytes(body);
    }

    private static KeyValuePair<string, string>[] ReadHeaders(ReadOnlySpan<byte> content, out int bodyOffset)
    {
        var reader = new PayloadReader(content);
        var bodyLength = checked((int)reader.Number());
        var headers = new KeyValuePair<string, string>[reader.Number()];
        for (var i = 0; i < headers.Length; i++)
        {
            headers[i] = new(reader.String(), reader.String());
        }

        bodyOffset = content.Length - bodyLength;
        return headers;
    }
}
