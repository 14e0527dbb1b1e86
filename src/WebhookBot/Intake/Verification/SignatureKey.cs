using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Math.EC.Rfc8032;
using WebhookBot.Clients;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake.Verification;

/// <summary>A key that signatures are verified with.</summary>
internal abstract class SignatureKey(SourceSecret secret)
{
    /// <summary>Where it came from.</summary>
    public SourceSecret Secret => secret;

    /// <summary>Whether any of the signatures is this key's over the content. Looks at all of them.</summary>
    public abstract bool Verifies(ReadOnlySpan<byte> content, IReadOnlyList<byte[]> signatures);

    /// <summary>How many bytes a signature has; null when that varies.</summary>
    public static int? LengthOf(VerificationAlgorithm algorithm) => algorithm switch
    {
        VerificationAlgorithm.HmacSha1 => 20,
        VerificationAlgorithm.HmacSha256 => 32,
        VerificationAlgorithm.HmacSha512 => 64,
        VerificationAlgorithm.Ed25519 => Ed25519.SignatureSize,
        _ => null,
    };

    /// <summary>The key of that secret; null when the secret is another scheme's, or no key.</summary>
    public static SignatureKey? Create(VerificationScheme scheme, SourceSecret secret)
    {
        if (!secret.Value.Reveal().StartsWith(scheme.KeyPrefix, StringComparison.Ordinal) || Bytes(scheme, secret.Value.Reveal()) is not { Length: > 0 } bytes)
        {
            return null;
        }

        return scheme.Algorithm switch
        {
            VerificationAlgorithm.Ed25519 => bytes.Length == Ed25519.PublicKeySize ? new Ed25519Key(secret, bytes) : null,
            VerificationAlgorithm.EcdsaP256 => EcdsaKey.TryCreate(secret, bytes),
            _ => new HmacKey(secret, scheme.Algorithm, bytes),
        };
    }

    /// <summary>
    /// A key that nobody has, so that a source without secrets takes as long to refuse. Where there are several ways, one that a source has no key
    /// for costs every request; there it is a cheap one.
    /// </summary>
    public static SignatureKey Nobody(VerificationScheme scheme, bool isOnlyWay)
    {
        var secret = new SourceSecret("", new Secret(""));
        var seed = RandomNumberGenerator.GetBytes(32);
        switch (scheme.Algorithm)
        {
            case VerificationAlgorithm.Ed25519 when isOnlyWay:
                var publicKey = new byte[Ed25519.PublicKeySize];
                Ed25519.GeneratePublicKey(seed, 0, publicKey, 0);
                return new Ed25519Key(secret, publicKey);
            case VerificationAlgorithm.EcdsaP256 when isOnlyWay:
                return new EcdsaKey(secret, ECDsa.Create(ECCurve.NamedCurves.nistP256));
            default:
                return new HmacKey(secret, scheme.Algorithm, seed);
        }
    }

    private static byte[]? Bytes(VerificationScheme scheme, string secret)
    {
        var text = secret[scheme.KeyPrefix.Length..];
        try
        {
            return scheme.Key switch
            {
                // A prefix of a text is part of it, as Stripe's whsec_ is; that of an encoded key is not.
                KeyForm.Text => Encoding.UTF8.GetBytes(secret),
                KeyForm.Hex => Convert.FromHexString(text.Trim()),
                _ => Convert.FromBase64String(text.Trim()),
            };
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private sealed class HmacKey(SourceSecret secret, VerificationAlgorithm algorithm, byte[] key) : SignatureKey(secret)
    {
        // To begin with a key takes a sixth of the time for a usual body: what has begun is kept for the next one.
        private IncrementalHash? _begun;

        public override bool Verifies(ReadOnlySpan<byte> content, IReadOnlyList<byte[]> signatures)
        {
            Span<byte> expected = stackalloc byte[64];
            var hash = Interlocked.Exchange(ref _begun, null) ?? IncrementalHash.CreateHMAC(NameOf(algorithm), key);
            hash.AppendData(content);
            var written = hash.GetHashAndReset(expected);
            Interlocked.Exchange(ref _begun, hash)?.Dispose();
            var verified = false;
            for (var i = 0; i < signatures.Count; i++)
            {
                verified |= CryptographicOperations.FixedTimeEquals(expected[..written], signatures[i]);
            }

            return verified;
        }

        private static HashAlgorithmName NameOf(VerificationAlgorithm algorithm) => algorithm switch
        {
            VerificationAlgorithm.HmacSha1 => HashAlgorithmName.SHA1,
            VerificationAlgorithm.HmacSha512 => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA256,
        };
    }

    // The framework has no Ed25519.
    private sealed class Ed25519Key(SourceSecret secret, byte[] publicKey) : SignatureKey(secret)
    {
        public override bool Verifies(ReadOnlySpan<byte> content, IReadOnlyList<byte[]> signatures)
        {
            var bytes = content.ToArray();
            var verified = false;
            foreach (var signature in signatures)
            {
                verified |= Ed25519.Verify(signature, 0, publicKey, 0, bytes, 0, bytes.Length);
            }

            return verified;
        }
    }

    private sealed class EcdsaKey(SourceSecret secret, ECDsa key) : SignatureKey(secret)
    {
        public static EcdsaKey? TryCreate(SourceSecret secret, byte[] subjectPublicKey)
        {
            var key = ECDsa.Create();
            try
            {
                key.ImportSubjectPublicKeyInfo(subjectPublicKey, out _);
                return key.KeySize == 256 ? new EcdsaKey(secret, key) : null;
            }
            catch (CryptographicException)
            {
                return null;
            }
        }

        public override bool Verifies(ReadOnlySpan<byte> content, IReadOnlyList<byte[]> signatures)
        {
            var verified = false;
            foreach (var signature in signatures)
            {
                lock (key)
                {
                    verified |= key.VerifyData(content, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
                }
            }

            return verified;
        }
    }
}
