using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WebhookBot.Admin;

/// <summary>How the API writes JSON.</summary>
internal static class ApiJson
{
    /// <summary>Readable: what a browser would need escaped is not, as nothing of it is HTML.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 128 };

    /// <summary>RFC 3339, UTC, milliseconds.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A status as the API names it.</summary>
    public static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
