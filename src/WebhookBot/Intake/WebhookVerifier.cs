using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>
/// Whether a request was sent by somebody who holds one of the source's secrets. Works on the raw bytes. Every way to fail takes the
/// same steps, so that neither the answer nor its time tells what was wrong.
/// </summary>
public sealed class WebhookVerifier(TimeProvider clock)
{
    private static readonly byte[] NoSecret = RandomNumberGenerator.GetBytes(32);

    /// <summary>True when the request verifies with one of the secrets.</summary>
    /// <param name="source">The source it was sent to.</param>
    /// <param name="headers">All headers of the request.</param>
    /// <param name="id">The delivery's id when the scheme signs it, else ignored.</param>
    /// <param name="body">The body's bytes as received.</param>
    public bool Verify(WebhookSource source, IHeaderDictionary headers, string? id, ReadOnlySpan<byte> body)
    {
        var scheme = source.Shape.Verify;
        return scheme.Algorithm switch
        {
            VerificationAlgorithm.HmacSha1 or VerificationAlgorithm.HmacSha256 or VerificationAlgorithm.HmacSha512 => VerifyHmac(source, headers, id, body),
            VerificationAlgorithm.Token => EqualsAny(source.Secrets, Single(headers, scheme.Header)),
            _ => VerifyAuthorization(source, Single(headers, scheme.Header)),
        };
    }

    private bool VerifyHmac(WebhookSource source, IHeaderDictionary headers, string? id, ReadOnlySpan<byte> body)
    {
        var scheme = source.Shape.Verify;
        var length = scheme.Algorithm switch { VerificationAlgorithm.HmacSha1 => 20, VerificationAlgorithm.HmacSha256 => 32, _ => 64 };
        Span<byte> given = stackalloc byte[length];
        Span<byte> expected = stackalloc byte[length];
        var isWellFormed = Decode(scheme, Single(headers, scheme.Header), given);
        var timestamp = scheme.Timestamp is { } rule ? Single(headers, rule.Header) : null;
        isWellFormed &= scheme.Timestamp is null || IsFresh(scheme.Timestamp, timestamp);

        var verified = false;
        for (var i = 0; i < Math.Max(1, source.Secrets.Count); i++)
        {
            var secret = source.Secrets.Count == 0 ? NoSecret : source.Secrets[i];
            Compute(scheme, secret, timestamp, id, body, expected);
            verified |= CryptographicOperations.FixedTimeEquals(given, expected);
        }

        return verified & isWellFormed & source.Secrets.Count > 0;
    }

    private static void Compute(VerificationScheme scheme, byte[] secret, string? timestamp, string? id, ReadOnlySpan<byte> body, Span<byte> into)
    {
        if (scheme.SignedContent == "{body}")
        {
            _ = scheme.Algorithm switch
            {
#pragma warning disable CA5350 // Some senders still sign with SHA-1; as an HMAC it holds.
                VerificationAlgorithm.HmacSha1 => HMACSHA1.HashData(secret, body, into),
#pragma warning restore CA5350
                VerificationAlgorithm.HmacSha256 => HMACSHA256.HashData(secret, body, into),
                _ => HMACSHA512.HashData(secret, body, into),
            };
            return;
        }

        using var hash = IncrementalHash.CreateHMAC(NameOf(scheme.Algorithm), secret);
        var rest = scheme.SignedContent.AsSpan();
        while (!rest.IsEmpty)
        {
            rest = AppendNext(hash, rest, timestamp, id, body);
        }

        hash.GetHashAndReset(into);
    }

    private static ReadOnlySpan<char> AppendNext(IncrementalHash hash, ReadOnlySpan<char> content, string? timestamp, string? id, ReadOnlySpan<byte> body)
    {
        if (content.StartsWith("{body}"))
        {
            hash.AppendData(body);
            return content[6..];
        }

        if (content.StartsWith("{timestamp}"))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(timestamp ?? ""));
            return content[11..];
        }

        if (content.StartsWith("{id}"))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(id ?? ""));
            return content[4..];
        }

        var next = content[1..].IndexOf('{');
        var literal = next < 0 ? content : content[..(next + 1)];
        hash.AppendData(Encoding.UTF8.GetBytes(literal.ToString()));
        return content[literal.Length..];
    }

    private static HashAlgorithmName NameOf(VerificationAlgorithm algorithm) => algorithm switch
    {
        VerificationAlgorithm.HmacSha1 => HashAlgorithmName.SHA1,
        VerificationAlgorithm.HmacSha256 => HashAlgorithmName.SHA256,
        _ => HashAlgorithmName.SHA512,
    };

    private static bool Decode(VerificationScheme scheme, string? signature, Span<byte> into)
    {
        if (signature is null || !signature.StartsWith(scheme.Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var text = signature.AsSpan(scheme.Prefix.Length);
        int written;
        var isDecoded = scheme.Encoding switch
        {
            SignatureEncoding.Hex => text.Length == into.Length * 2 && Convert.FromHexString(text, into, out _, out _) == OperationStatus.Done,
            SignatureEncoding.Base64 => Convert.TryFromBase64Chars(text, into, out written) && written == into.Length,
            _ => Base64Url.TryDecodeFromChars(text, into, out written) && written == into.Length,
        };
        return isDecoded;
    }

    private bool IsFresh(TimestampRule rule, string? text)
    {
        if (text is null)
        {
            return false;
        }

        var time = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 100_000_000_000_000
            ? (rule.Unit == TimestampUnit.Milliseconds || number >= 100_000_000_000 ? DateTimeOffset.FromUnixTimeMilliseconds(number) : DateTimeOffset.FromUnixTimeSeconds(number))
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) ? parsed : DateTimeOffset.MinValue;
        return (clock.GetUtcNow() - time).Duration() <= rule.Tolerance;
    }

    private static bool VerifyAuthorization(WebhookSource source, string? authorization)
    {
        var algorithm = source.Shape.Verify.Algorithm;
        var space = authorization?.IndexOf(' ', StringComparison.Ordinal) ?? -1;
        var kind = space < 0 ? "" : authorization![..space];
        var credential = space < 0 ? "" : authorization![(space + 1)..].Trim();
        if (algorithm != VerificationAlgorithm.Basic && kind.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return EqualsAny(source.Secrets, credential);
        }

        var basic = algorithm != VerificationAlgorithm.Bearer && kind.Equals("Basic", StringComparison.OrdinalIgnoreCase) ? FromBase64(credential) : null;
        var password = basic?[(basic.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return EqualsAny(source.Secrets, basic) | EqualsAny(source.Secrets, password);
    }

    private static string? FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var written) ? Encoding.UTF8.GetString(bytes, 0, written) : null;
    }

    // Both sides are hashed first, so that not even the secret's length shows in the time.
    private static bool EqualsAny(IReadOnlyList<byte[]> secrets, string? given)
    {
        Span<byte> left = stackalloc byte[32];
        Span<byte> right = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(given ?? ""), left);
        var equal = false;
        foreach (var secret in secrets)
        {
            SHA256.HashData(secret, right);
            equal |= CryptographicOperations.FixedTimeEquals(left, right);
        }

        return equal & !string.IsNullOrEmpty(given);
    }

    // Two signature headers are one too many: a proxy and this program might read different ones.
    private static string? Single(IHeaderDictionary headers, string name)
    {
        StringValues values = headers[name];
        return values.Count == 1 ? values[0] : null;
    }
}
