using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Intake;
using WebhookBot.Intake.Presets.Special;
using WebhookBot.Rules.Sources;
using WebhookBot.Tests.Intake.Presets;

namespace WebhookBot.Tests.Intake.Verification;

/// <summary>Rightly signed requests of every preset with something changed that counts.</summary>
public sealed partial class ProofMutationTests(SenderWorld world) : IClassFixture<SenderWorld>
{
    private const int Mutations = 100_000;
    private const int Seed = 20261123;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-.";

    [Fact]
    public async Task Accepts_none_of_a_hundred_thousand()
    {
        var random = new Random(Seed);
        var started = Stopwatch.GetTimestamp();
        var each = (Mutations / PresetCatalog.All.Count) + 1;
        var (refused, same) = (0, 0);
        foreach (var preset in PresetCatalog.All)
        {
            var mutator = await Mutator.CreateAsync(world, preset, random);
            for (var i = 0; i < each;)
            {
                var (what, mutated) = mutator.Next();
                if (mutator.IsSame(mutated))
                {
                    same++;
                    continue;
                }

                var isAccepted = await mutator.IsAcceptedAsync(mutated);
                Assert.False(isAccepted, $"seed {Seed}, {preset.Name}, {i}: {what}\n{mutated.Target}\n{string.Join('\n', mutated.Headers)}\n{Encoding.Latin1.GetString(mutated.Body)}");
                i++;
                refused++;
            }

            Assert.True(await mutator.IsAcceptedAsync(mutator.Right), $"{preset.Name} does not take what is right");
        }

        var took = Stopwatch.GetElapsedTime(started);
        TestContext.Current.TestOutputHelper?.WriteLine($"{refused} refused, {same} that changed nothing, in {took.TotalSeconds:0.0} s");
        Assert.True(refused >= Mutations);
        Assert.True(same < refused / 2, $"{same} of {refused} mutations changed nothing");
        Assert.True(took < TimeSpan.FromSeconds(60), $"{took.TotalSeconds:0} s");
    }

    private sealed partial class Mutator(SenderWorld world, SourcePreset preset, Random random)
    {
        private readonly ProofPlace _place = ProofPlace.Of(preset);
        private readonly Proof _proof = world.ProofOf(preset);
        private readonly WebhookVerifier _verifier = world.Bot.Services.GetRequiredService<SourceRegistry>().Find(SenderWorld.SourceOf(preset.Name))!.Verifier;
        private readonly List<string> _otherProofs = [];
        private List<string> _signedHeaders = [];
        private string _identity = "";

        public SentRequest Right { get; private set; } = null!;

        public static async Task<Mutator> CreateAsync(SenderWorld world, SourcePreset preset, Random random)
        {
            var mutator = new Mutator(world, preset, random) { Right = await world.RequestAsync(preset) };
            mutator._otherProofs.Add(mutator._place.Get(await world.RequestAsync(preset, signer: SenderWorld.StrangerTo(preset))));
            foreach (var other in PresetCatalog.All.Where(p => p.Name != preset.Name))
            {
                mutator._otherProofs.Add(ProofPlace.Of(other).Get(await world.RequestAsync(other)));
            }

            // A proof that is about the body is no proof of another body.
            if (mutator._proof.Covers == ProofCoverage.Bytes && SenderWorld.SamplesOf(preset).ElementAtOrDefault(1) is { } second)
            {
                mutator._otherProofs.Add(mutator._place.Get(await world.RequestAsync(preset, second)));
            }

            mutator._signedHeaders = [.. mutator.SignedHeaders()];
            mutator._identity = mutator.Identity(mutator.Right);
            return mutator;
        }

        public async Task<bool> IsAcceptedAsync(SentRequest request)
        {
            var http = request.ToHttpContext();
            var secret = (string?)http.Request.RouteValues["secret"] ?? "";
            return (await _verifier.VerifyAsync(new IncomingRequest(http, secret, request.Body), TestContext.Current.CancellationToken)).IsVerified;
        }

        /// <summary>Whether it says and proves the same as the one that is right.</summary>
        public bool IsSame(SentRequest request) => Identity(request) == _identity;

        public (string What, SentRequest Request) Next()
        {
            var proof = _place.Get(Right);
            return random.Next(10) switch
            {
                0 when _proof.Covers != ProofCoverage.Sender => ("a bit of the body", Right with { Body = FlipBit(Right.Body) }),
                1 when _proof.Covers != ProofCoverage.Sender => ("bytes of the body", Right with { Body = ChangeBytes(Right.Body) }),
                2 when _signedHeaders.Count > 0 => ("a signed header", ChangeHeader(_signedHeaders[random.Next(_signedHeaders.Count)])),
                3 when _signedHeaders.Count > 0 => ("the proof in another header", _place.Set(Right, Right[_signedHeaders[random.Next(_signedHeaders.Count)]])),
                4 => ("no proof", _place.Set(Right, random.Next(2) == 0 ? null : "")),
                5 => ("the proof twice", _place.Double(Right)),
                6 => ("another's proof", _place.Set(Right, _otherProofs[random.Next(_otherProofs.Count)])),
                7 => ("a shorter proof", _place.Set(Right, random.Next(2) == 0 ? proof[..random.Next(proof.Length)] : proof[random.Next(1, proof.Length)..])),
                8 => ("a longer proof", _place.Set(Right, random.Next(2) == 0 ? proof + Some(random.Next(1, 20)) : Some(random.Next(1, 20)) + proof)),
                _ => ("characters of the proof", _place.Set(Right, ChangeCharacters(proof))),
            };
        }

        private IEnumerable<string> SignedHeaders()
        {
            var scheme = preset.Verify.Count > 0 ? preset.Verify[0] : null;
            return Right.Headers.Select(h => h.Key).Where(h =>
                h.Equals(scheme?.Timestamp?.Header, StringComparison.OrdinalIgnoreCase) && !h.Equals(scheme.Header, StringComparison.OrdinalIgnoreCase)
                || scheme?.SignedContent.Contains($"{{header:{h}}}", StringComparison.OrdinalIgnoreCase) == true);
        }

        // Everything that the proof is made of and about, without the ways to write it; headers of other names have no order.
        private string Identity(SentRequest request)
        {
            var lines = request.Headers.Where(h => _signedHeaders.Contains(h.Key)).Select(h => $"{h.Key}={h.Value}").OrderBy(l => l, StringComparer.Ordinal).ToList();
            lines.Add(request.Target);
            lines.AddRange(request.Headers.Where(h => _place is ProofPlace.InHeader(var name) && h.Key == name).Select(h => Written(h.Value)));
            lines.Add(_proof.Covers == ProofCoverage.Sender && _place is not ProofPlace.InBody ? "" : About(request));
            return string.Join('\n', lines);
        }

        private string About(SentRequest request)
        {
            if (_proof.Covers != ProofCoverage.Content)
            {
                // The letter case of a signature that stands in the body is nobody's concern.
                return HexSignature().Replace(Encoding.Latin1.GetString(request.Body), m => m.Value.ToLowerInvariant());
            }

            try
            {
                return preset.Name switch
                {
                    "aws-sns" => Encoding.UTF8.GetString(SnsCheck.Content(System.Text.Json.JsonElement.Parse(request.Body, new System.Text.Json.JsonDocumentOptions { AllowDuplicateProperties = false }))) + _place.Get(request),
                    "twilio" => TwilioCheck.Fields(FormBody.Read(request.Body)),
                    _ => string.Join('\n', FormBody.Read(request.Body)),
                };
            }
            catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException)
            {
                return Convert.ToBase64String(request.Body);
            }
        }

        // The same bytes in other letters; the same password of another user; the same word for the kind of authorization.
        private string Written(string proof)
        {
            var scheme = preset.Verify.Count > 0 ? preset.Verify[0] : null;
            var space = proof.IndexOf(' ', StringComparison.Ordinal) + 1;
            var equals = proof.LastIndexOf('=') + 1;
            try
            {
                return scheme?.Algorithm switch
                {
                    VerificationAlgorithm.Basic => Encoding.UTF8.GetString(Convert.FromBase64String(proof[space..])).Split(':', 2)[^1] + proof[..space].ToUpperInvariant(),
                    VerificationAlgorithm.IssuedToken => $"{proof[..proof.LastIndexOf('.')]}.{Convert.ToHexString(System.Buffers.Text.Base64Url.DecodeFromChars(proof.AsSpan(proof.LastIndexOf('.') + 1)))}",
                    VerificationAlgorithm.Bearer or VerificationAlgorithm.BearerOrBasic => proof[..space].ToUpperInvariant() + proof[space..],
                    VerificationAlgorithm.HmacSha1 or VerificationAlgorithm.HmacSha256 or VerificationAlgorithm.HmacSha512 or VerificationAlgorithm.Ed25519
                        when scheme.Encoding == SignatureEncoding.Hex => proof[..equals] + proof[equals..].ToLowerInvariant(),
                    _ => proof,
                };
            }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                return proof;
            }
        }

        private SentRequest ChangeHeader(string name)
        {
            var value = Right[name]!;
            return random.Next(4) switch
            {
                0 => Right.With(name, null),
                1 => Right.WithMore(name, value),
                2 => Right.With(name, value[..^1]),
                _ => Right.With(name, ChangeCharacters(value)),
            };
        }

        private byte[] FlipBit(byte[] body)
        {
            var changed = body.ToArray();
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            return changed;
        }

        private byte[] ChangeBytes(byte[] body)
        {
            var (changed, at) = (body.ToList(), random.Next(body.Length));
            switch (random.Next(5))
            {
                case 0: changed.RemoveRange(at, random.Next(1, changed.Count - at + 1)); break;
                case 1: changed.InsertRange(at, Encoding.ASCII.GetBytes(Some(random.Next(1, 8)))); break;
                case 2: changed.AddRange(Encoding.ASCII.GetBytes(Some(random.Next(1, 8)))); break;
                case 3: changed.Reverse(at, random.Next(changed.Count - at + 1)); break;
                default: changed.InsertRange(0, [0xEF, 0xBB, 0xBF]); break;
            }

            return [.. changed];
        }

        private string ChangeCharacters(string text)
        {
            var changed = text.ToCharArray();
            for (var times = random.Next(1, 3); times > 0; times--)
            {
                changed[random.Next(changed.Length)] = Letters[random.Next(Letters.Length)];
            }

            return new string(changed);
        }

        [GeneratedRegex("\"signature\":\"[0-9A-Fa-f]{64}\"")]
        private static partial Regex HexSignature();

        private string Some(int length) => new(random.GetItems(Letters.AsSpan(), length));
    }
}
