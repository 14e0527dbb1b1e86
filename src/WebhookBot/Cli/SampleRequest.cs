using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using WebhookBot.Intake;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Cli;

/// <summary>A request as the sender of a preset would make it.</summary>
internal static class SampleRequest
{
    public static HttpRequestMessage Create(SourcePreset preset, string eventName, byte[] body, string secret, DateTimeOffset now)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, (Uri?)null) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("webhookbot-send", BotHost.Version));
        var id = Guid.NewGuid().ToString();
        foreach (var part in preset.Id.Parts.Where(p => p.Place == ValuePlace.Header))
        {
            request.Headers.Add(part.Text, id);
        }

        foreach (var part in preset.Event.Parts.Where(p => p.Place == ValuePlace.Header))
        {
            request.Headers.Add(part.Text, eventName.Split('.')[1]);
        }

        Sign(request, preset.Verify, body, id, secret, now);
        return request;
    }

    private static void Sign(HttpRequestMessage request, VerificationScheme scheme, byte[] body, string id, string secret, DateTimeOffset now)
    {
        var key = Encoding.UTF8.GetBytes(secret);
        switch (scheme.Algorithm)
        {
            case VerificationAlgorithm.Token:
                request.Headers.Add(scheme.Header, secret);
                return;
            case VerificationAlgorithm.Basic:
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(secret.Contains(':', StringComparison.Ordinal) ? key : Encoding.UTF8.GetBytes($"webhookbot:{secret}")));
                return;
            case VerificationAlgorithm.Bearer or VerificationAlgorithm.BearerOrBasic:
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
                return;
        }

        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        if (scheme.Timestamp is { } rule)
        {
            request.Headers.Add(rule.Header, timestamp);
        }

        var (before, after) = (scheme.SignedContent.Split("{body}")[0], scheme.SignedContent.Split("{body}")[1]);
        byte[] content = [.. Encoding.UTF8.GetBytes(Fill(before)), .. body, .. Encoding.UTF8.GetBytes(Fill(after))];
        request.Headers.Add(scheme.Header, scheme.Prefix + Encode(scheme.Encoding, Hash(scheme.Algorithm, key, content)));

        string Fill(string text) => text.Replace("{timestamp}", timestamp, StringComparison.Ordinal).Replace("{id}", id, StringComparison.Ordinal);
    }

    private static byte[] Hash(VerificationAlgorithm algorithm, byte[] key, byte[] content)
    {
        var name = algorithm switch
        {
            VerificationAlgorithm.HmacSha1 => HashAlgorithmName.SHA1,
            VerificationAlgorithm.HmacSha256 => HashAlgorithmName.SHA256,
            _ => HashAlgorithmName.SHA512,
        };
        using var hash = IncrementalHash.CreateHMAC(name, key);
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }

    private static string Encode(SignatureEncoding encoding, byte[] signature) => encoding switch
    {
        SignatureEncoding.Hex => Convert.ToHexStringLower(signature),
        SignatureEncoding.Base64 => Convert.ToBase64String(signature),
        _ => System.Buffers.Text.Base64Url.EncodeToString(signature),
    };
}
