using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using WebhookBot.Journal;

namespace WebhookBot.Intake;

/// <summary>What a sender is told.</summary>
internal sealed record IntakeAnswer
{
    private const string Problem = "application/problem+json";

    // So much is sooner read than another connection is made.
    private const long SmallBody = 64 * 1024;

    /// <summary>What did not verify; the same bytes whatever was wrong.</summary>
    public static IntakeAnswer Unverified { get; } = Ready(Refused(401, "The request could not be verified", null));

    /// <summary>What did not verify, from who sends much of that.</summary>
    public static IntakeAnswer TooMany { get; } = Ready(Refused(429, "Too many requests that could not be verified", "what is signed as the source wants it is taken at any time") with { RetryAfter = TimeSpan.FromSeconds(10) });

    // Making a writer costs more than what is written.
    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? s_writing;

    public required int Status { get; init; }

    public string? Title { get; private init; }

    private string? Detail { get; init; }

    private AppendReceipt[] Receipts { get; init; } = [];

    /// <summary>The body and its content type, for answers that a sender wants in a form of its own.</summary>
    private (string ContentType, byte[] Body)? Own { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Headers beside the usual ones.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Why something was refused, in one line.</summary>
    public string Reason => Detail is null ? Title ?? "" : $"{Title}: {Detail}";

    /// <summary>The answer to what was written down: 202, or 200 when all of it was held already; or what the sender wants instead.</summary>
    public static IntakeAnswer Taken(WantedAnswer wanted, params AppendReceipt[] receipts) => new()
    {
        Status = wanted switch { WantedAnswer.NoContent => 204, WantedAnswer.Empty => 200, _ => Array.TrueForAll(receipts, r => r.IsDuplicate) ? 200 : 202 },
        Receipts = receipts,
        Own = wanted == WantedAnswer.Receipt ? null : ("text/plain", []),
    };

    /// <summary>An answer in the sender's own form.</summary>
    public static IntakeAnswer Reply(int status, string contentType = "text/plain", string body = "") =>
        new() { Status = status, Own = (contentType, Encoding.UTF8.GetBytes(body)) };

    /// <summary>The same answer in the sender's own form.</summary>
    public IntakeAnswer As(IntakeAnswer form) => this with { Status = form.Status, Own = form.Own };

    public static IntakeAnswer Refused(int status, string title, string? detail) => new() { Status = status, Title = title, Detail = detail };

    public static IntakeAnswer Busy(string title, TimeSpan retryAfter) => new()
    {
        Status = 503, Title = title, Detail = "send it again after the seconds in Retry-After; GET /readyz says whether anything is wrong", RetryAfter = retryAfter,
    };

    public Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        response.ContentType = Own?.ContentType ?? (Receipts.Length > 0 ? "application/json" : Problem);
        if (Receipts.Length > 0)
        {
            response.Headers.Location = $"/api/deliveries/{Uri.EscapeDataString(Receipts[0].Id)}";
        }

        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (Status is 413 or 415 || (Status is 429 or 503 && response.HttpContext.Request.ContentLength is not <= SmallBody))
        {
            // The rest of the body is not worth reading.
            response.Headers.Connection = "close";
        }

        if (Own is { } own)
        {
            if (own.Body.Length == 0)
            {
                response.ContentType = null;
                return Task.CompletedTask;
            }

            response.ContentLength = own.Body.Length;
            return response.Body.WriteAsync(own.Body).AsTask();
        }

        // With its length, and nothing to flush: the answer goes out in one piece when the request ends.
        var body = Written();
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body);
        return Task.CompletedTask;
    }

    // Written once instead of for each of a flood.
    private static IntakeAnswer Ready(IntakeAnswer answer) => answer with { Own = (Problem, answer.Written().ToArray()) };

    /// <summary>The body, until the same thread writes another.</summary>
    private ReadOnlySpan<byte> Written()
    {
        var (buffer, writer) = s_writing ??= (new ArrayBufferWriter<byte>(256), new Utf8JsonWriter(Stream.Null));
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        Write(writer);
        writer.Flush();
        return buffer.WrittenSpan;
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (Receipts.Length > 0)
        {
            writer.WriteString("id", Receipts[0].Id);
            if (Receipts.Length > 1)
            {
                writer.WriteStartArray("ids");
                foreach (var receipt in Receipts)
                {
                    writer.WriteStringValue(receipt.Id);
                }

                writer.WriteEndArray();
            }

            if (Status == 200)
            {
                writer.WriteBoolean("duplicate", true);
            }
        }
        else
        {
            writer.WriteString("type", "about:blank");
            writer.WriteString("title", Title);
            writer.WriteNumber("status", Status);
            if (Detail is not null)
            {
                writer.WriteString("detail", Detail);
            }
        }

        writer.WriteEndObject();
    }
}
