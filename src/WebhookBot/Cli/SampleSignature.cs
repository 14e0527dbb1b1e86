using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Org.BouncyCastle.Math.EC.Rfc8032;
using WebhookBot.Intake;
using WebhookBot.Intake.Presets.Special;
using WebhookBot.Rules.Sources;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Cli;

/// <summary>Signs samples as their senders do.</summary>
internal static class SampleSignature
{
    /// <summary>What a sender writes into the body when it sends: the time, a signature. Whether it writes anything.</summary>
    public static bool AddToBody(JsonNode payload, SourcePreset preset, SampleSigner signer, DateTimeOffset now)
    {
        if (preset.Name == "aws-sns")
        {
            SignSns(payload.AsObject(), signer, now);
            return true;
        }

        if (preset.Verify is not [{ } scheme, ..] || scheme.Timestamp?.Json is not { } path)
        {
            return false;
        }

        if (scheme.Json is not { } signature)
        {
            Set(payload, path, now.ToUnixTimeMilliseconds());
        }
        else
        {
            Set(payload, path, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
            var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(25));
            Set(payload, "signature.token", token);
            var content = Encoding.UTF8.GetBytes($"{now.ToUnixTimeSeconds()}{token}");
            Set(payload, signature, Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(signer.Secret), content)));
        }

        return true;
    }

    /// <summary>What a sender writes beside the body.</summary>
    public static void Add(HttpRequestMessage request, SourcePreset preset, byte[] body, SampleSigner signer, DateTimeOffset now)
    {
        switch (preset.Name)
        {
            case "netlify":
                request.Headers.Add(NetlifyCheck.Header, NetlifyToken(body, signer.Secret));
                return;
            case "twilio":
                request.Headers.Add(TwilioCheck.Header, TwilioSignature(request, body, signer.Secret));
                return;
            case "travis":
                request.Headers.Add(TravisCheck.Header, SignRsa(signer.Secret, Encoding.UTF8.GetBytes(FormBody.Read(body)[0].Value), HashAlgorithmName.SHA1));
                return;
        }

        if (preset.Verify is [{ } first, ..])
        {
            // Of a key of the sender's own the private half is at hand, which says nothing of the way.
            var scheme = SampleKeys.IsSendersOwn(preset) ? first : WebhookVerifier.WayOf(preset, signer.Secret)
                ?? throw new SettingsException($"{signer.KeyName} holds no secret that this sender can have; it is written {WebhookVerifier.FormOf(preset)}");
            Add(request, scheme, preset.Ids, body, signer, now);
        }
    }

    private static void Add(HttpRequestMessage request, VerificationScheme scheme, IReadOnlyList<ValueTemplate> ids, byte[] body, SampleSigner signer, DateTimeOffset now)
    {
        var key = Encoding.UTF8.GetBytes(signer.Secret);
        switch (scheme.Algorithm)
        {
            case VerificationAlgorithm.Token:
                request.Headers.Add(scheme.Header, signer.Secret);
                break;
            case VerificationAlgorithm.Basic:
                var userAndPassword = signer.Secret.Contains(':', StringComparison.Ordinal) ? key : Encoding.UTF8.GetBytes($"webhookbot:{signer.Secret}");
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(userAndPassword));
                break;
            case VerificationAlgorithm.Bearer or VerificationAlgorithm.BearerOrBasic:
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", signer.Secret);
                break;
            case VerificationAlgorithm.SecretAddress:
                request.RequestUri = new UriBuilder(request.RequestUri!) { Path = $"{request.RequestUri!.AbsolutePath}/{Uri.EscapeDataString(signer.Secret)}" }.Uri;
                break;
            case VerificationAlgorithm.IssuedToken:
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", IssuedToken(scheme.Issuer!, signer, now));
                break;
            default:
                if (scheme.Json is null)
                {
                    Sign(request, scheme, ids, body, signer, now);
                }

                break;
        }
    }

    private static void Sign(HttpRequestMessage request, VerificationScheme scheme, IReadOnlyList<ValueTemplate> ids, byte[] body, SampleSigner signer, DateTimeOffset now)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var parts = scheme.SignedContent.Split("{body}");
        byte[] content = [.. Encoding.UTF8.GetBytes(Fill(parts[0])), .. body, .. Encoding.UTF8.GetBytes(Fill(parts[1]))];
        var signature = scheme.Prefix + Encode(scheme.Encoding, Signature(scheme, signer.Secret, content));
        if (scheme.Timestamp is { Json: null } rule)
        {
            if (rule.Header == scheme.Header)
            {
                signature = $"{rule.Prefix}{timestamp}{scheme.Separator}{signature}";
            }
            else
            {
                request.Headers.TryAddWithoutValidation(rule.Header, timestamp);
            }
        }

        request.Headers.TryAddWithoutValidation(scheme.Header, signature);

        string Fill(string text)
        {
            var id = ids is [{ Parts: [{ Place: ValuePlace.Header, Text: var header }] }, ..] && request.Headers.TryGetValues(header, out var given) ? given.First() : "";
            var filled = text.Replace("{timestamp}", timestamp, StringComparison.Ordinal).Replace("{id}", id, StringComparison.Ordinal);
            foreach (var (name, values) in request.Headers)
            {
                filled = filled.Replace($"{{header:{name}}}", values.First(), StringComparison.OrdinalIgnoreCase);
            }

            return filled;
        }
    }

    private static byte[] Signature(VerificationScheme scheme, string secret, byte[] content)
    {
        switch (scheme.Algorithm)
        {
            case VerificationAlgorithm.Ed25519:
                var seed = Convert.FromBase64String(secret);
                var signature = new byte[Ed25519.SignatureSize];
                Ed25519.Sign(seed, 0, content, 0, content.Length, signature, 0);
                return signature;
            case VerificationAlgorithm.EcdsaP256:
                using (var key = ECDsa.Create())
                {
                    key.ImportFromPem(secret);
                    return key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
                }

            default:
                var bytes = scheme.Key == KeyForm.Base64 ? Convert.FromBase64String(secret[scheme.KeyPrefix.Length..]) : Encoding.UTF8.GetBytes(secret);
                using (var hash = IncrementalHash.CreateHMAC(NameOf(scheme.Algorithm), bytes))
                {
                    hash.AppendData(content);
                    return hash.GetHashAndReset();
                }
        }
    }

    private static HashAlgorithmName NameOf(VerificationAlgorithm algorithm) => algorithm switch
    {
        VerificationAlgorithm.HmacSha1 => HashAlgorithmName.SHA1,
        VerificationAlgorithm.HmacSha256 => HashAlgorithmName.SHA256,
        _ => HashAlgorithmName.SHA512,
    };

    private static string Encode(SignatureEncoding encoding, byte[] signature) => encoding switch
    {
        SignatureEncoding.Hex => Convert.ToHexStringLower(signature),
        SignatureEncoding.Base64 => Convert.ToBase64String(signature),
        _ => System.Buffers.Text.Base64Url.EncodeToString(signature),
    };

    private static string IssuedToken(TokenIssuer issuer, SampleSigner signer, DateTimeOffset now)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(signer.Secret);
        var claims = issuer.AnyClaim.ToDictionary(c => c.Key, c => (object)c.Value);
        if (signer.Options("account") is [var account, ..])
        {
            claims["email"] = account;
            claims["email_verified"] = true;
        }

        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer.Issuers[0].Replace("{tenant}", signer.Option("tenant") ?? "", StringComparison.Ordinal),
            Audience = issuer.Audience ?? signer.Option("audience"),
            Claims = claims,
            NotBefore = now.UtcDateTime,
            IssuedAt = now.UtcDateTime,
            Expires = now.UtcDateTime.AddMinutes(5),
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(rsa.ExportParameters(true)) { KeyId = signer.KeyName }, SecurityAlgorithms.RsaSha256),
        });
    }

    private static string NetlifyToken(byte[] body, string secret)
    {
        var claims = JsonSerializer.SerializeToUtf8Bytes(new { iss = "netlify", sha256 = Convert.ToHexStringLower(SHA256.HashData(body)) });
        var signed = $"{Base64UrlEncoder.Encode("""{"alg":"HS256","typ":"JWT"}""")}.{Base64UrlEncoder.Encode(claims)}";
        return $"{signed}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string TwilioSignature(HttpRequestMessage request, byte[] body, string secret)
    {
        var content = request.RequestUri!.AbsoluteUri + TwilioCheck.Fields(FormBody.Read(body));
#pragma warning disable CA5350 // Twilio signs with SHA-1.
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(content)));
#pragma warning restore CA5350
    }

    private static void SignSns(JsonObject message, SampleSigner signer, DateTimeOffset now)
    {
        message["Timestamp"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        message["SignatureVersion"] = "2";
        if (signer.Options("topics") is [var topic, ..])
        {
            message["TopicArn"] = topic.Replace("*", "webhookbot", StringComparison.Ordinal);
        }

        using var packed = JsonDocument.Parse(SnsMessage.Pack(JsonSerializer.SerializeToUtf8Bytes(message)).Body);
        message["Signature"] = SignRsa(signer.Secret, SnsCheck.Content(packed.RootElement), HashAlgorithmName.SHA256);
    }

    private static string SignRsa(string pem, byte[] content, HashAlgorithmName hash)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        return Convert.ToBase64String(rsa.SignData(content, hash, RSASignaturePadding.Pkcs1));
    }

    private static void Set<T>(JsonNode payload, string path, T value) => PayloadOverrides.Set(payload, path, JsonSerializer.SerializeToElement(value));
}
