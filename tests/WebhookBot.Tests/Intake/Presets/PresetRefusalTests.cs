using System.Security.Cryptography;
using System.Text;
using WebhookBot.Intake;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>What every preset refuses, and how it says so: always in the same words, and nothing is held.</summary>
public sealed class PresetRefusalTests(SenderWorld world) : IClassFixture<SenderWorld>
{
    public static TheoryData<string> Presets => [.. PresetCatalog.Names];

    [Theory]
    [MemberData(nameof(Presets))]
    public async Task Refuses_every_wrong_proof_in_the_same_words(string name)
    {
        var preset = PresetCatalog.Find(name)!;
        var right = await world.RequestAsync(preset);
        var reference = await (await world.RequestAsync(preset, signer: SenderWorld.StrangerTo(preset))).SendAsync(world.Bot);
        Assert.Equal(401, reference.Status);

        foreach (var (what, wrong) in WrongProofs(preset, right).Concat(await WrongTimesAsync(preset)))
        {
            var answer = await wrong.SendAsync(world.Bot);

            Assert.True(reference.WithoutDate == answer.WithoutDate, $"{name}, {what}: answered {answer.Text}, not {reference.Text}");
        }

        Assert.Equal(0, await world.HeldAsync(name));
    }

    private IEnumerable<(string What, SentRequest Request)> WrongProofs(SourcePreset preset, SentRequest right)
    {
        var place = ProofPlace.Of(preset);
        var proof = place.Get(right);
        yield return ("missing", place.Set(right, null));
        yield return ("empty", place.Set(right, ""));
        yield return ("a character short", place.Set(right, proof[..^1]));
        yield return ("four characters short", place.Set(right, proof[..^4]));
        yield return ("without its beginning", place.Set(right, proof[1..]));
        yield return ("only its beginning", place.Set(right, proof[..(proof.Length / 2)]));
        yield return ("longer", place.Set(right, proof + "AAAA"));
        yield return ("come twice", place.Double(right));
        yield return ("long", place.Set(right, new string('a', 6_000)));
        if (proof.Any(char.IsAsciiDigit))
        {
            // One signature in a hundred has none.
            yield return ("digits of another alphabet", place.Set(right, string.Concat(proof.Select(c => char.IsAsciiDigit(c) ? "\u00d9\u00a1" : c.ToString()))));
        }

        if (preset.Verify.All(s => s.Separator is null))
        {
            yield return ("written twice", place.Set(right, proof + proof));
            yield return ("as in a list", place.Set(right, $"{proof}, {proof}"));
        }

        foreach (var (what, other) in OtherAlgorithms(preset, right))
        {
            yield return (what, place.Set(right, other));
        }

        var takesBearer = preset.Verify.Any(s => s.Algorithm is VerificationAlgorithm.Bearer or VerificationAlgorithm.BearerOrBasic);
        if (!takesBearer)
        {
            yield return ("a bearer token", place.Set(right, null).With("Authorization", $"Bearer {Header(world.SignerOf(preset).Secret)}"));
        }
    }

    // What the sender of another preset would show, made with the right secret.
    private IEnumerable<(string What, string Proof)> OtherAlgorithms(SourcePreset preset, SentRequest right)
    {
        var secret = world.SignerOf(preset).Secret;
        var key = Encoding.UTF8.GetBytes(secret);
        var scheme = preset.Verify.Count > 0 ? preset.Verify[0] : null;
        var algorithm = scheme?.Algorithm;
#pragma warning disable CA5350 // What must not be accepted.
        foreach (var (name, mac) in new[] { ("sha1", HMACSHA1.HashData(key, right.Body)), ("sha256", HMACSHA256.HashData(key, right.Body)), ("sha512", HMACSHA512.HashData(key, right.Body)) })
#pragma warning restore CA5350
        {
            var isItsOwn = algorithm?.ToString().EndsWith(name, StringComparison.OrdinalIgnoreCase) == true && scheme!.SignedContent == "{body}";
            if (!isItsOwn)
            {
                yield return (name, scheme?.Prefix + Convert.ToHexStringLower(mac));
                yield return ($"{name} in base64", scheme?.Prefix + Convert.ToBase64String(mac));
            }

            if (scheme?.Prefix != $"{name}=")
            {
                yield return ($"{name}=", $"{name}={Convert.ToHexStringLower(mac)}");
            }
        }

        yield return ("the hash of the body", scheme?.Prefix + Convert.ToHexStringLower(SHA256.HashData(right.Body)));
        yield return ("the hash of the secret", scheme?.Prefix + Convert.ToHexStringLower(SHA256.HashData(key)));
        yield return ("another prefix", "v9=" + ProofPlace.Of(preset).Get(right));
        if (algorithm is not (VerificationAlgorithm.Token or VerificationAlgorithm.SecretAddress))
        {
            yield return ("the secret itself", Header(secret));
        }
    }

    private async Task<IEnumerable<(string What, SentRequest Request)>> WrongTimesAsync(SourcePreset preset)
    {
        if (world.ProofOf(preset).Tolerance is not { } tolerance)
        {
            return [];
        }

        // Tokens are good for five minutes of their own.
        var off = tolerance + TimeSpan.FromMinutes(5.5);
        return
        [
            ("stale", await world.RequestAsync(preset, off: -off)),
            ("of the future", await world.RequestAsync(preset, off: off)),
            ("of long ago", await world.RequestAsync(preset, off: TimeSpan.FromDays(-5000))),
        ];
    }

    private static string Header(string secret) => secret.ReplaceLineEndings("");
}
