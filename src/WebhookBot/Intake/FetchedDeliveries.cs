using WebhookBot.Clients;
using WebhookBot.Journal;

namespace WebhookBot.Intake;

/// <summary>
/// Takes in what was not sent here but fetched from the sender's own log: named, numbered and ordered as if it had come in by POST, so that a
/// copy that is sent besides is the same delivery.
/// </summary>
internal sealed class FetchedDeliveries(DeliveryInbox inbox, SourceActivity activity)
{
    private const int MostHeaders = 50;
    private const int LongestHeader = 256;

    /// <summary>Null when it is written down or was held already; else what is wrong with it.</summary>
    /// <param name="source">The source that it would have come to.</param>
    /// <param name="headers">The headers with which it was sent, as the sender tells them.</param>
    /// <param name="body">What the sender tells of its body. Written anew, it is not what was signed.</param>
    /// <param name="address">Where it was fetched.</param>
    /// <exception cref="JournalUnavailableException">The journal cannot take more now.</exception>
    public async Task<string?> TakeAsync(WebhookSource source, IEnumerable<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body, Uri address)
    {
        if (body.Length > source.Shape.MaxBodyBytes)
        {
            return "the body is too large";
        }

        var http = new DefaultHttpContext();
        foreach (var (name, value) in headers.Where(IsHarmless).Take(MostHeaders))
        {
            http.Request.Headers[name] = value;
        }

        http.Request.ContentType = "application/json";
        var answer = await inbox.TakeAsync(source, new IncomingRequest(http, "", body), body, $"nobody: fetched from {address}, whose answer has no signature");
        if (answer.Status == StatusCodes.Status503ServiceUnavailable)
        {
            throw new JournalUnavailableException(answer.Reason, answer.RetryAfter ?? TimeSpan.Zero);
        }

        if (answer.Status >= 400)
        {
            return Redaction.Clean(answer.Reason);
        }

        activity.Taken(source.Name);
        return null;
    }

    // The signature is of the bytes that were sent, and would mislead beside others.
    private static bool IsHarmless(KeyValuePair<string, string> header) =>
        header.Key.Length is > 0 and <= 64 && header.Key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
        && !header.Key.Contains("Signature", StringComparison.OrdinalIgnoreCase)
        && header.Value.Length <= LongestHeader && !header.Value.Any(char.IsControl);
}
