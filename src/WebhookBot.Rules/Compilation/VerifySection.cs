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

    public Verification? Compile(YamlNode node)
    {
        if (Shape.Mapping(node, "how to verify", diagnostics) is not { } mapping)
        {
            return null;
        }

        Shape.Keys(mapping, "verify", SourceKeys.Verify.Names, diagnostics);
        var secrets = SourceSection.SecretNames(mapping["secret"], diagnostics).Concat(SourceSection.SecretNames(mapping["secrets"], diagnostics)).ToList();
        var ways = mapping.Entries.Where(e => e.Key.Text is "hmac" or "token" or "bearer" or "basic").ToList();
        if (ways.Count != 1)
        {
            diagnostics.Error(mapping.Position, DiagnosticCode.BadVerification, "say how the sender proves itself, in one way: hmac: sha256, token: X-Token, bearer: true or basic: true");
            return new Verification(null, secrets);
        }

        return new Verification(ways[0].Key.Text == "hmac" ? Hmac(mapping, ways[0].Value) : Secret(ways[0]), secrets);
    }

    private VerificationScheme Secret(YamlEntry way)
    {
        if (way.Key.Text == "token")
        {
            return new VerificationScheme { Algorithm = VerificationAlgorithm.Token, Header = Shape.Text(way.Value, "the name of a header", diagnostics) ?? "" };
        }

        if (way.Value is not YamlScalar { Kind: ScalarKind.Boolean, AsBoolean: true })
        {
            diagnostics.WrongKind(way.Value, "true");
        }

        return new VerificationScheme
        {
            Algorithm = way.Key.Text == "bearer" ? VerificationAlgorithm.Bearer : VerificationAlgorithm.Basic,
            Header = "Authorization",
        };
    }

    private VerificationScheme Hmac(YamlMapping mapping, YamlNode hash)
    {
        var header = Shape.Text(mapping["header"], "the name of a header", diagnostics);
        if (header is null)
        {
            diagnostics.Error(mapping.Position, DiagnosticCode.MissingKey, "'header' is missing: the header that holds the signature");
        }

        var signed = Shape.Text(mapping["signed"], "what is signed", diagnostics) ?? "{body}";
        var timestamp = mapping["timestamp"] is { } node ? Timestamp(node) : null;
        CheckSigned(mapping, signed, timestamp is not null);
        return new VerificationScheme
        {
            Algorithm = Choice(hash, Hashes, "a hash"),
            Header = header ?? "",
            Prefix = Shape.Text(mapping["prefix"], "a text", diagnostics) ?? "",
            Encoding = mapping["encoding"] is { } encoding ? Choice(encoding, Encodings, "an encoding") : SignatureEncoding.Hex,
            SignedContent = signed,
            Timestamp = timestamp,
        };
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
            diagnostics.Error(at, DiagnosticCode.BadVerification, $"'signed' knows {{body}}, {{timestamp}} and {{id}}, not {unknown.Value}");
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

        Shape.Keys(mapping, "timestamp", SourceKeys.Timestamp.Names, diagnostics);
        var header = Shape.Text(mapping["header"], "the name of a header", diagnostics);
        var tolerance = mapping["tolerance"] is { } text ? Durations.TryParse(Shape.Text(text, "a duration", diagnostics) ?? "") : TimeSpan.FromMinutes(5);
        if (header is null || tolerance is null)
        {
            diagnostics.Error(mapping.Position, DiagnosticCode.BadVerification, "a timestamp is written { header: X-Time, tolerance: 5m }");
            return null;
        }

        return new TimestampRule(header, TimestampUnit.Any, tolerance.Value);
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

    [GeneratedRegex(@"\{(?!body\}|timestamp\}|id\})[^}]*\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();

    /// <summary>What <c>verify</c> says; no scheme when it does not say it well.</summary>
    public sealed record Verification(VerificationScheme? Scheme, IReadOnlyList<string> Secrets);
}
