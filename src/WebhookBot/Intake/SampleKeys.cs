using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>Secrets and keys made up for trying a source.</summary>
internal static class SampleKeys
{
    /// <summary>A secret for a source of that shape; where the sender signs with a key of its own, the public half and the private one.</summary>
    public static (string Secret, string? Private) Create(SourcePreset shape)
    {
        var scheme = shape.Verify.Count > 0 ? shape.Verify[0] : null;
        switch (scheme?.Algorithm)
        {
            case VerificationAlgorithm.Ed25519:
                var seed = RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize);
                var publicKey = new byte[Ed25519.PublicKeySize];
                Ed25519.GeneratePublicKey(seed, 0, publicKey, 0);
                return (Write(scheme, publicKey), Convert.ToBase64String(seed));
            case VerificationAlgorithm.EcdsaP256:
                using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                {
                    return (Write(scheme, key.ExportSubjectPublicKeyInfo()), key.ExportPkcs8PrivateKeyPem());
                }

            case VerificationAlgorithm.IssuedToken:
            case null when !shape.NeedsSecret:
                using (var key = RSA.Create(2048))
                {
                    return (key.ExportSubjectPublicKeyInfoPem(), key.ExportPkcs8PrivateKeyPem());
                }

            default:
                return (Write(scheme, RandomNumberGenerator.GetBytes(32)), null);
        }
    }

    /// <summary>Whether senders of that shape sign with a key that only they have.</summary>
    public static bool IsSendersOwn(SourcePreset shape) =>
        !shape.NeedsSecret || shape.Verify is [{ Algorithm: VerificationAlgorithm.Ed25519 or VerificationAlgorithm.EcdsaP256 }, ..];

    private static string Write(VerificationScheme? scheme, byte[] key) => scheme?.Key switch
    {
        KeyForm.Base64 => scheme.KeyPrefix + Convert.ToBase64String(key),
        KeyForm.Hex => scheme.KeyPrefix + Convert.ToHexStringLower(key),
        _ => scheme?.KeyPrefix + Convert.ToHexStringLower(key),
    };
}
