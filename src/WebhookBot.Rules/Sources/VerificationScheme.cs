namespace WebhookBot.Rules.Sources;

/// <summary>How a signature or a secret is compared.</summary>
public enum VerificationAlgorithm
{
    HmacSha1,
    HmacSha256,
    HmacSha512,

    /// <summary>The header equals the secret.</summary>
    Token,

    /// <summary><c>Authorization: Bearer</c> with the secret.</summary>
    Bearer,

    /// <summary><c>Authorization: Basic</c>; the secret is <c>user:password</c>, or the password alone for any user.</summary>
    Basic,

    /// <summary>Either of the two.</summary>
    BearerOrBasic,
}

/// <summary>How the signature's bytes are written.</summary>
public enum SignatureEncoding
{
    Hex,
    Base64,
    Base64Url,
}

/// <summary>How a timestamp is written.</summary>
public enum TimestampUnit
{
    /// <summary>Unix seconds, Unix milliseconds or RFC 3339, told by its looks.</summary>
    Any,
    Seconds,
    Milliseconds,
}

/// <summary>Where a sender writes the time that it signs.</summary>
/// <param name="Header">The header.</param>
/// <param name="Unit">How it is written.</param>
/// <param name="Tolerance">How far it may be off, to either side.</param>
public sealed record TimestampRule(string Header, TimestampUnit Unit, TimeSpan Tolerance);

/// <summary>
/// How a sender proves itself: the data that the one verifier works from. A preset is such a value, and so is a rule file's
/// <c>verify</c>.
/// </summary>
public sealed record VerificationScheme
{
    public required VerificationAlgorithm Algorithm { get; init; }

    /// <summary>The header that holds the signature or the secret.</summary>
    public required string Header { get; init; }

    /// <summary>What stands before the signature: <c>sha256=</c>.</summary>
    public string Prefix { get; init; } = "";

    public SignatureEncoding Encoding { get; init; } = SignatureEncoding.Hex;

    /// <summary>What is signed: texts, <c>{body}</c>, <c>{timestamp}</c> and <c>{id}</c>.</summary>
    public string SignedContent { get; init; } = "{body}";

    /// <summary>The time that is signed with it; null when the sender signs none.</summary>
    public TimestampRule? Timestamp { get; init; }
}
