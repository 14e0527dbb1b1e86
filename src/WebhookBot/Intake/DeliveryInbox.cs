using System.Text.Json;
using Microsoft.Extensions.Options;
using WebhookBot.Journal;

namespace WebhookBot.Intake;

/// <summary>Writes down what was verified, and answers when it is durable.</summary>
internal sealed class DeliveryInbox(IJournal journal, TimeProvider clock, IOptions<IntakeOptions> options)
{
    private const int MostEvents = 10_000;

    private int _waiting;

    /// <summary>Whether as many requests wait to be written down as may.</summary>
    public bool IsFull => Volatile.Read(ref _waiting) >= options.Value.MaxWaiting;

    /// <summary>Takes a request: one delivery, or one for each event in a body that holds many.</summary>
    public Task<IntakeAnswer> TakeAsync(WebhookSource source, IncomingRequest request, ReadOnlyMemory<byte> body, string verifiedBy)
    {
        var now = clock.GetUtcNow();
        if (source.Shape.Splits && JsonSlices.IsArray(body.Span))
        {
            return TakeManyAsync(source, request, body, verifiedBy, now);
        }

        var (draft, problem) = DraftMaker.Make(source, request, body, verifiedBy, now);
        return draft is null ? Task.FromResult(problem!) : AppendAsync(source.Shape, draft);
    }

    private async Task<IntakeAnswer> TakeManyAsync(WebhookSource source, IncomingRequest request, ReadOnlyMemory<byte> body, string verifiedBy, DateTimeOffset now)
    {
        if (BodyJson.Read(body.Span, new BodyFields([]), out var broken) is null)
        {
            return IntakeAnswer.Refused(400, "The body cannot be worked off", broken);
        }

        var drafts = new List<DeliveryDraft>();
        foreach (var slice in JsonSlices.Of(body))
        {
            var (draft, problem) = drafts.Count == MostEvents
                ? (null, IntakeAnswer.Refused(413, "The body holds too many events", $"at most {MostEvents:N0} are taken"))
                : DraftMaker.Make(source, request, slice, verifiedBy, now);
            if (draft is null)
            {
                return problem!;
            }

            drafts.Add(draft);
        }

        return drafts.Count == 0 ? IntakeAnswer.Refused(400, "The body holds no event", null) : await AppendAsync(source.Shape, [.. drafts]);
    }

    // Not the request's token: a delivery that is half-way to the disk is written whether or not the sender still listens.
    // All or nothing, as far as the sender is told: what was written before a failure is known again when it is sent again.
    private async Task<IntakeAnswer> AppendAsync(SourcePreset shape, params DeliveryDraft[] drafts)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            if (drafts is [var one])
            {
                return IntakeAnswer.Taken(shape.Answer, await journal.AppendAsync(one, CancellationToken.None));
            }

            var appends = drafts.Select(d => journal.AppendAsync(d, CancellationToken.None).AsTask()).ToList();
            return IntakeAnswer.Taken(shape.Answer, await Task.WhenAll(appends));
        }
        catch (JournalUnavailableException e)
        {
            return IntakeAnswer.Busy("The journal cannot take more now", e.RetryAfter);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}

/// <summary>The elements of a JSON array, as they stand in its bytes.</summary>
internal static class JsonSlices
{
    public static bool IsArray(ReadOnlySpan<byte> body) => DeliveryBody.WithoutMark(body).TrimStart(" \t\r\n"u8) is [(byte)'[', ..];

    public static List<ReadOnlyMemory<byte>> Of(ReadOnlyMemory<byte> body)
    {
        var marked = body.Length - DeliveryBody.WithoutMark(body.Span).Length;
        var plain = body[marked..];
        var reader = new Utf8JsonReader(plain.Span, new JsonReaderOptions { MaxDepth = DeliveryBody.MaxDepth });
        var slices = new List<ReadOnlyMemory<byte>>();
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            slices.Add(plain[start..(int)reader.BytesConsumed]);
        }

        return slices;
    }
}
