using System.Buffers;
using System.Globalization;
using System.Text.Json;
using WebhookBot.Clients;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Admin;

/// <summary>
/// <c>/api/deliveries/export</c>: deliveries as they came, with what was decided, one JSON object a line, newest first. Made for deciding
/// again elsewhere, so nothing of a payload is changed but for secrets, which are masked.
/// </summary>
internal static class DeliveryExport
{
    /// <summary>The content type of the answer.</summary>
    public const string ContentType = "application/x-ndjson";

    /// <summary>More are not given in one answer.</summary>
    public const int MostDeliveries = 1_000_000;

    /// <summary>How many are given when nobody says.</summary>
    public const int UsualDeliveries = 1000;

    // Facts and payloads are as deep as they came.
    private static readonly JsonWriterOptions Json = new() { Encoder = ApiJson.Options.Encoder, MaxDepth = 256 };

    private static readonly string[] Filters = ["last", "since", "source", "event"];

    public static IResult Open(HttpRequest request, IJournal journal, KnownSecrets secrets, CancellationToken cancellation)
    {
        if (Read(request.Query, out var last, out var problem) is not { } query)
        {
            return Results.Problem(statusCode: 400, title: "The query cannot be read", detail: problem);
        }

        return Results.Stream(stream => WriteAsync(stream, journal.ReadLastAsync(query, last, cancellation), secrets, cancellation), ContentType);
    }

    private static DeliveryQuery? Read(IQueryCollection query, out int last, out string? problem)
    {
        problem = query.FirstOrDefault(q => !Filters.Contains(q.Key) || q.Value.Count > 1) is { Key: { } odd }
            ? $"'{odd}' is not one of {string.Join(", ", Filters)}, each once"
            : null;
        last = UsualDeliveries;
        if (DeliveryEndpoints.Text(query, "last") is { } number
            && (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out last) || last is < 1 or > MostDeliveries))
        {
            problem ??= $"'last' is a number from 1 to {MostDeliveries}";
        }

        var since = DeliveryEndpoints.Text(query, "since") is { } text ? ApiJson.ReadTime(text) : null;
        if (since is null && query.ContainsKey("since"))
        {
            problem ??= DeliveryEndpoints.NoTime;
        }

        return problem is not null ? null : new DeliveryQuery
        {
            Since = since,
            Source = DeliveryEndpoints.Text(query, "source"),
            Event = DeliveryEndpoints.Text(query, "event"),

            // What came once is decided once.
            IsWithoutReplays = true,
        };
    }

    /// <summary>Writes them one a line.</summary>
    public static async Task WriteAsync(Stream to, IAsyncEnumerable<DeliveryRecord> records, KnownSecrets secrets, CancellationToken cancellation)
    {
        const int Enough = 64 * 1024;

        // Whoever asked for few of many may wait for the first line; that there is a bot he learns at once.
        await to.FlushAsync(cancellation);
        using var buffer = new MemoryStream();
        var line = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(line, Json);
        await foreach (var record in records.WithCancellation(cancellation))
        {
            json.Reset();
            line.ResetWrittenCount();
            Write(json, record);
            json.Flush();
            buffer.Write(secrets.Mask(line.WrittenMemory).Span);
            buffer.WriteByte((byte)'\n');
            if (buffer.Length >= Enough)
            {
                await SendAsync(buffer, to, cancellation);
            }
        }

        await SendAsync(buffer, to, cancellation);
    }

    private static async Task SendAsync(MemoryStream buffer, Stream to, CancellationToken cancellation)
    {
        await to.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellation);
        await to.FlushAsync(cancellation);
        buffer.SetLength(0);
    }

    private static void Write(Utf8JsonWriter json, DeliveryRecord record)
    {
        var delivery = record.Delivery;
        json.WriteStartObject();
        json.WriteString("id", delivery.Id);
        json.WriteString("source", delivery.Source);
        json.WriteString("event", delivery.Event);
        json.WriteString("subject", delivery.Subject);

        // To the tick: a condition on an age may hang on it.
        json.WriteString("received_at", delivery.ReceivedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        json.WriteString("status", ApiJson.Name(record.Status));
        json.WriteString("rule_set", record.Plan?.RuleSet);
        WritePayload(json, delivery.Body);
        json.WritePropertyName("facts");
        if (record.Plan?.Facts is { } facts)
        {
            JsonText.Write(facts, json);
        }
        else
        {
            json.WriteNullValue();
        }

        WriteRules(json, "rules", record, Truth.True);
        WriteRules(json, "undecided", record, Truth.Unknown);
        WriteActions(json, record);
        json.WriteEndObject();
    }

    private static void WriteRules(Utf8JsonWriter json, string name, DeliveryRecord record, Truth truth)
    {
        json.WriteStartArray(name);
        foreach (var rule in record.Plan?.Rules ?? [])
        {
            if (rule.Matched == truth)
            {
                json.WriteStringValue(rule.Rule);
            }
        }

        json.WriteEndArray();
    }

    private static void WriteActions(Utf8JsonWriter json, DeliveryRecord record)
    {
        json.WriteStartArray("actions");
        foreach (var action in record.Plan?.Actions ?? [])
        {
            json.WriteStartObject();
            json.WriteString("key", action.Key);
            json.WriteString("rule", action.Rule);
            json.WriteString("action", action.Action);
            json.WritePropertyName("arguments");
            JsonText.Write(action.Arguments, json);
            json.WriteBoolean("shadow", action.IsShadow);
            json.WriteString("problem", action.Problem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePayload(Utf8JsonWriter json, ReadOnlyMemory<byte> body)
    {
        if (!IsJson(body))
        {
            json.WriteNull("payload");
            json.WriteString("payload_problem", "the body is no JSON");
            return;
        }

        // In JSON a line break stands between tokens only, where a space does as well. But a template that shows a part of the payload shows
        // its spaces and line breaks too, so a body that has any is given once more as it came.
        var text = DeliveryBody.WithoutMark(body.Span);
        var hasLines = text.ContainsAny((byte)'\n', (byte)'\r');
        json.WritePropertyName("payload");
        json.WriteRawValue(hasLines ? InOneLine(text) : text, skipInputValidation: true);
        if (hasLines)
        {
            json.WriteString("body", text);
        }
    }

    private static bool IsJson(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(DeliveryBody.WithoutMark(body.Span), new JsonReaderOptions { MaxDepth = DeliveryBody.MaxHeldDepth });
        try
        {
            while (reader.Read())
            {
            }

            return System.Text.Unicode.Utf8.IsValid(body.Span);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] InOneLine(ReadOnlySpan<byte> text)
    {
        var line = text.ToArray();
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        return line;
    }
}
