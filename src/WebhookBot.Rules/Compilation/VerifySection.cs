using System.Text.RegularExpressions;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Language;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Rules.Compilation;

/// <summary>Compiles the <c>verify</c> of a source that has no preset.</summary>
internal sealed partial class VerifySection(DiagnosticBag diagnostics)
{
    private static readonly Dictionary<string, VerificationAlgorithm> Hashes = new(StringComparer.Ordinal)
    {
        ["sha1"] = VerificationAlgorithm.HmacSha1,
        ["sha256"] = VerificationAlgorithm.HmacSha256,
        ["sha512"] = VerificationAlgorithm.HmacSha512,
    };

    private static readonly Dictionary<string, SignatureEncoding> Encodings = new(StringComparer.Ordinal)
    {
        ["hex"] = SignatureEncoding.Hex,
        ["base64"] = SignatureEncoding.Base64,
        ["base64url"] = SignatureEncoding.Base64Url,
    };

    private static readonly Dictionary<string, KeyForm> Keys = new(StringComparer.Ordinal)
    {
        ["text"] = KeyForm.Text,
        ["hex"] = KeyForm.Hex,
        ["base64"] = KeyForm.Base64,
    };

    private static readonly string[] OfSignatures = ["header", "separator", "key", "prefix", "encoding", "signed", "timestamp"];

    private static readonly Dictionary<string, VerificationAlgorithm> Curves = new(StringComparer.Ordinal) { ["p256"] = VerificationAlgorithm.EcdsaP256 };

    public Verification? Compile(YamlNode node)
    {
        if (Shape.Mapping(node, "how to verify", diagnostics) is not { } mapping)
        {
            return null;
        }

        Shape.Keys(mapping, "verify", SourceKeys.Verify, diagnostics);
        foreach (var name in new[] { mapping["header"], mapping["token"], (mapping["timestamp"] as YamlMapping)?["header"] })
        {
            Shape.Header(name, diagnostics);
        }

        var secrets = SecretNames.Read(mapping["secret"], diagnostics).Concat(SecretNames.Read(mapping["secrets"], diagnostics)).ToList();
        var ways = mapping.Entries.Where(e => e.Key.Text is "hmac" or "ed25519" or "ecdsa" or "token" or "bearer" or "basic" or "address" or "jwks").ToList();
        if (ways.Count != 1)
        {
            diagnostics.Error(mapping.Position, DiagnosticCode.BadVerification, "say how the sender proves itself, in one way: hmac: sha256, ed25519: true, ecdsa: p256, token: X-Token, bearer: true, basic: true, address: true or jwks: https://...");
            return new Verification(null, secrets);
        }

        foreach (var odd in mapping.Entries.Where(e => OfSignatures.Contains(e.Key.Text) && ways[0].Key.Text is not ("hmac" or "ed25519" or "ecdsa")))
        {
            diagnostics.Error(odd.Key.Position, DiagnosticCode.BadVerification, $"'{odd.Key.Text}' says more about a signature, and '{ways[0].Key.Text}' is none; leave it out");
        }

        return new Verification(ways[0].Key.Text switch
        {
            "hmac" => Signature(mapping, Choice(ways[0].Value, Hashes, "a hash"), KeyForm.Text),
            "ed25519" => Signature(mapping, Flagged(ways[0], VerificationAlgorithm.Ed25519), KeyForm.Hex),
            "ecdsa" => Signature(mapping, Choice(ways[0].Value, Curves, "a curve"), KeyForm.Base64),
            "jwks" => Tokens(mapping, ways[0].Value),
            _ => Secret(ways[0]),
        }, secrets);
    }

    private VerificationScheme Tokens(YamlMapping mapping, YamlNode address)
    {
        var url = Shape.Text(address, "an https address", diagnostics);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var keys) || keys.Scheme is not ("https" or "http"))
        {
            diagnostics.Error(address.Position, DiagnosticCode.BadVerification, "'jwks' takes the https address where the issuer publishes its keys");
        }

        var issuer = Shape.Text(mapping["issuer"], "a text", diagnostics);
        var audience = Shape.Text(mapping["audience"], "a text", diagnostics);
        if (issuer is null || audience is null)
        {
            diagnostics.Error(mapping.Position, DiagnosticCode.MissingKey, "tokens are believed from one issuer and for one audience: add 'issuer' and 'audience'");
        }

        return new VerificationScheme
        {
            Algorithm = VerificationAlgorithm.IssuedToken,
            Header = "Authorization",
            Issuer = new TokenIssuer(keys?.AbsoluteUri ?? "", [issuer ?? ""]) { Audience = audience },
        };
    }

    private VerificationAlgorithm Flagged(YamlEntry way, VerificationAlgorithm algorithm)
    {
        if (way.Value is not YamlScalar { Kind: ScalarKind.Boolean, AsBoolean: true })
        {
            diagnostics.WrongKind(way.Value, "true");
        }

        return algorithm;
    }

    private VerificationScheme Secret(YamlEntry way)
    {
        if (way.Key.Text == "token")
        {
            var header = Shape.Text(way.Value, "the name of a header", diagnostics);
            if (header is not null && SecretNames.IsSecret(header))
            {
                diagnostics.Error(way.Value.Position, DiagnosticCode.SecretInRuleFile, "'token' takes the name of the header that holds the secret, and this looks like a secret itself; a rule file never holds one");
            }

            return new VerificationScheme { Algorithm = VerificationAlgorithm.Token, Header = header ?? "" };
        }

        return way.Key.Text switch
        {
            "bearer" => new VerificationScheme { Algorithm = Flagged(way, VerificationAlgorithm.Bearer), Header = "Authorization" },
            "basic" => new VerificationScheme { Algorithm = Flagged(way, VerificationAlgorithm.Basic), Header = "Authorization" },
            _ => new VerificationScheme { Algorithm = Flagged(way, VerificationAlgorithm.SecretAddress), Header = "token" },
        };
    }

    private VerificationScheme Signature(YamlMapping mapping, VerificationAlgorithm algorithm, KeyForm key)
    {
        var header = Shape.Text(mapping["header"], "the name of a header", diagnostics);
        if (header is null)
        {
            diagnostics.Error(mapping.Position, DiagnosticCode.MissingKey, "'header' is missing: the header that holds the signature");
        }

        var signed = Shape.Text(mapping["signed"], "what is signed", diagnostics) ?? "{body}";
        var timestamp = mapping["timestamp"] is { } node ? Timestamp(node) : null;
        CheckSigned(mapping, signed, mapping["timestamp"] is not null);
        return new VerificationScheme
        {
            Algorithm = algorithm,
            Header = header ?? "",
            Separator = Separator(mapping["separator"]),
            Key = mapping["key"] is { } form ? Choice(form, Keys, "a form of key") : key,
            Prefix = Shape.Text(mapping["prefix"], "a text", diagnostics) ?? "",
            Encoding = mapping["encoding"] is { } encoding ? Choice(encoding, Encodings, "an encoding") : SignatureEncoding.Hex,
            SignedContent = signed,
            Timestamp = timestamp,
        };
    }

    private char? Separator(YamlNode? node)
    {
        if (node is null)
        {
            return null;
        }

        if (Shape.Text(node, "one character", diagnostics) is [var one])
        {
            return one;
        }

        diagnostics.Error(node.Position, DiagnosticCode.BadValue, "'separator' is one character, such as ','");
        return null;
    }

    private void CheckSigned(YamlMapping mapping, string signed, bool hasTimestamp)
    {
        var at = mapping["signed"]?.Position ?? mapping.Position;
        if (!signed.Contains("{body}", StringComparison.Ordinal))
        {
            diagnostics.Error(at, DiagnosticCode.BadVerification, "'signed' has no {body}: then anybody could change the body");
        }

        foreach (Match unknown in Placeholder().Matches(signed))
        {
            diagnostics.Error(at, DiagnosticCode.BadVerification, $"'signed' knows {{body}}, {{timestamp}}, {{id}} and {{header:Name}}, not {unknown.Value}");
        }

        if (signed.Contains("{timestamp}", StringComparison.Ordinal) != hasTimestamp)
        {
            diagnostics.Error(at, DiagnosticCode.BadVerification, hasTimestamp
                ? "a timestamp that is not signed protects nobody; put {timestamp} into 'signed', or leave 'timestamp' out"
                : "'signed' has {timestamp}; say where it stands: timestamp: { header: X-Time, tolerance: 5m }");
        }
    }

    private TimestampRule? Timestamp(YamlNode node)
    {
        if (Shape.Mapping(node, "where the timestamp stands", diagnostics) is not { } mapping)
        {
            return null;
        }

        Shape.Keys(mapping, "timestamp", SourceKeys.Timestamp, diagnostics);
        var header = Shape.Text(mapping["header"], "the name of a header", diagnostics);
        var tolerance = mapping["tolerance"] is { } text ? Durations.TryParse(Shape.Text(text, "a duration", diagnostics) ?? "") : TimeSpan.FromMinutes(5);
        if (header is null || tolerance is null)
        {
            diagnostics.Error(mapping.Position, DiagnosticCode.BadVerification, "a timestamp is written { header: X-Time, tolerance: 5m }");
            return null;
        }

        return new TimestampRule(header, tolerance.Value);
    }

    private T Choice<T>(YamlNode node, Dictionary<string, T> choices, string what)
    {
        if (node is YamlScalar scalar && choices.TryGetValue(scalar.Text, out var choice))
        {
            return choice;
        }

        diagnostics.Error(node.Position, DiagnosticCode.BadValue, $"{what} is one of {string.Join(", ", choices.Keys)}");
        return choices.Values.First();
    }

    [GeneratedRegex(@"\{(?!body\}|timestamp\}|id\}|header:[^}]+\})[^}]*\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();

    /// <summary>What <c>verify</c> says; no scheme when it does not say it well.</summary>
    public sealed record Verification(VerificationScheme? Scheme, IReadOnlyList<SecretReference> Secrets);
}
