using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WebhookBot.Actions.Http;

/// <summary>
/// Signs what we send. <see href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"/>
/// </summary>
internal static class StandardWebhook
{
    private const string Prefix = "whsec_";

    /// <summary>The key in a secret of the form <c>whsec_</c> and base64, or null when it is no such thing.</summary>
    public static byte[]? KeyOf(string secret)
    {
        var encoded = secret.Trim();
        encoded = encoded.StartsWith(Prefix, StringComparison.Ordinal) ? encoded[Prefix.Length..] : "";
        var key = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, key, out var length) && length > 0 ? key[..length] : null;
    }

    /// <summary>Adds the three headers of a signature over the id, the time and the body.</summary>
    public static void Sign(HttpRequestMessage request, byte[] key, string id, DateTimeOffset now, byte[] body)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)));
    }
}
