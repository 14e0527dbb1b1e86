namespace WebhookBot.Rules.Sources;

/// <summary>How a sender proves itself.</summary>
public enum VerificationAlgorithm
{
    HmacSha1,
    HmacSha256,
    HmacSha512,

    /// <summary>Ed25519; the secret is the sender's public key.</summary>
    Ed25519,

    /// <summary>ECDSA on P-256 with SHA-256, the signature in DER; the secret is the sender's public key.</summary>
    EcdsaP256,

    /// <summary>The header equals the secret.</summary>
    Token,

    /// <summary><c>Authorization: Bearer</c> with the secret.</summary>
    Bearer,

    /// <summary><c>Authorization: Basic</c>; the secret is <c>user:password</c>, or the password alone for any user.</summary>
    Basic,

    /// <summary>Either of the two.</summary>
    BearerOrBasic,

    /// <summary>The secret stands in the address: <c>/hooks/{source}/{secret}</c>, or in its query.</summary>
    SecretAddress,

    /// <summary><c>Authorization: Bearer</c> with a JSON Web Token, signed with a key that an issuer publishes.</summary>
    IssuedToken,
}

/// <summary>How the signature's bytes are written.</summary>
public enum SignatureEncoding
{
    Hex,
    Base64,
    Base64Url,
}

/// <summary>How the key is written in the setting that holds it.</summary>
public enum KeyForm
{
    /// <summary>The bytes of the text itself.</summary>
    Text,
    Hex,

    /// <summary>Base64, behind the prefix that the scheme asks for.</summary>
    Base64,
}

/// <summary>Where a sender writes the time that it signs.</summary>
/// <param name="Header">The header; empty when it stands in the body.</param>
/// <param name="Tolerance">How far it may be off, to either side.</param>
public sealed record TimestampRule(string Header, TimeSpan Tolerance)
{
    /// <summary>What stands before it, in a header that holds several values.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The path in the body, for a sender that writes it there.</summary>
    public string? Json { get; init; }
}

/// <summary>Who issues the tokens that a sender shows, and whom they are for.</summary>
/// <param name="KeysUrl">Where its keys are published, as a JSON Web Key Set. <c>{tenant}</c> stands for the source's tenant.</param>
/// <param name="Issuers">The issuers that are believed. <c>{tenant}</c> stands for the source's tenant.</param>
public sealed record TokenIssuer(string KeysUrl, IReadOnlyList<string> Issuers)
{
    /// <summary>The audience a token must be for; null when the source says it.</summary>
    public string? Audience { get; init; }

    /// <summary>Claims that a token must have, each with the values allowed: <c>azp</c>, <c>appid</c>. One of them is enough.</summary>
    public IReadOnlyDictionary<string, string> AnyClaim { get; init; } = new Dictionary<string, string>();
}

/// <summary>
/// How a sender proves itself: the data that the one verifier works from. A preset has one or more such values, and so has a rule file's
/// <c>verify</c>.
/// </summary>
public sealed record VerificationScheme
{
    public required VerificationAlgorithm Algorithm { get; init; }

    /// <summary>HMAC-SHA256 of the body, in hexadecimal behind <paramref name="prefix"/>: what most senders do.</summary>
    public static VerificationScheme Hmac(string header, string prefix = "") =>
        new() { Algorithm = VerificationAlgorithm.HmacSha256, Header = header, Prefix = prefix };

    /// <summary>A bearer token or basic authorization.</summary>
    public static VerificationScheme Authorization { get; } = new() { Algorithm = VerificationAlgorithm.BearerOrBasic, Header = "Authorization" };

    /// <summary>The secret in a header of that name.</summary>
    public static VerificationScheme Token(string header) => new() { Algorithm = VerificationAlgorithm.Token, Header = header };

    /// <summary>The secret in the address, or in its query under that name.</summary>
    public static VerificationScheme SecretAddress(string parameter = "token") => new() { Algorithm = VerificationAlgorithm.SecretAddress, Header = parameter };

    /// <summary>The header that holds the signature or the secret; the query's parameter for a secret address.</summary>
    public string Header { get; init; } = "";

    /// <summary>The path in the body where the signature stands, for a sender that writes it there.</summary>
    public string? Json { get; init; }

    /// <summary>What stands between several signatures in one header; null when the header is one.</summary>
    public char? Separator { get; init; }

    /// <summary>What stands before the signature: <c>sha256=</c>. Others are passed over.</summary>
    public string Prefix { get; init; } = "";

    public SignatureEncoding Encoding { get; init; } = SignatureEncoding.Hex;

    /// <summary>How the secret is written.</summary>
    public KeyForm Key { get; init; } = KeyForm.Text;

    /// <summary>What a secret of this scheme begins with; secrets that do not are another scheme's. Not part of the key.</summary>
    public string KeyPrefix { get; init; } = "";

    /// <summary>
    /// What is signed: texts, <c>{body}</c>, <c>{timestamp}</c>, <c>{id}</c>, <c>{header:Name}</c> and <c>{json:path}</c>.
    /// </summary>
    public string SignedContent { get; init; } = "{body}";

    /// <summary>The time that is signed with it; null when the sender signs none.</summary>
    public TimestampRule? Timestamp { get; init; }

    /// <summary>Who issues the sender's tokens; null for schemes without.</summary>
    public TokenIssuer? Issuer { get; init; }
}
