using System.Globalization;
using System.Net.Http.Headers;

namespace WebhookBot.Clients;

/// <summary>Reads <c>Retry-After</c> (RFC 9110, 10.2.3): seconds or an HTTP date.</summary>
public static class RetryAfter
{
    /// <summary>How long to wait from <paramref name="now"/> on; null when nothing readable was said.</summary>
    public static TimeSpan? Parse(string? value, DateTimeOffset now)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return TimeSpan.FromSeconds(seconds);
        }

        return DateTimeOffset.TryParseExact(value, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? NotNegative(at - now)
            : null;
    }

    /// <summary>The same, of a header that is parsed already.</summary>
    public static TimeSpan? Of(HttpResponseHeaders headers, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(headers);
        return headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => NotNegative(date - now),
            _ => null,
        };
    }

    private static TimeSpan NotNegative(TimeSpan span) => span < TimeSpan.Zero ? TimeSpan.Zero : span;
}
