using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Language;

/// <summary>The keys of a source and of what stands in it.</summary>
public static class SourceKeys
{
    private static readonly ValueForm Setting = ValueForm.Text("the NAME of a setting", SecretNames.Pattern, "GITHUB_WEBHOOK_SECRET");

    /// <summary>Of a secret that ends.</summary>
    public static KeyTable Secret { get; } = new("secret", "A secret that is about to be replaced.",
    [
        new("name", Setting, "The NAME of the setting that holds it.", IsRequired: true),
        new("until", ValueForm.Text("a day such as 2027-01-31", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "2027-01-31"), "The last day, in UTC, on which it verifies."),
    ]);

    private static readonly ValueForm Settings = ValueForm.OneOrMore(
        ValueForm.AnyOf("the NAME of a setting", Setting, ValueForm.Mapping(Secret)), "the NAME of a setting, or a list of them, each as it is or as { name, until }");

    private static readonly ValueForm Header = ValueForm.Text("the name of a header", examples: ["X-Signature"]);

    /// <summary>Of <c>event</c>, <c>id</c> and <c>subject</c>.</summary>
    public static KeyTable Place { get; } = new("place", "Where a value stands in the request.",
    [
        new("header", ValueForm.Text("the name of a header", examples: ["X-Event"]), "A header."),
        new("json", ValueForm.Text("a path in the body", examples: ["type", "order.id"]), "A field of the JSON body."),
    ])
    {
        Relations = [new KeyRelation.AtLeastOne("header", "json"), new KeyRelation.AtMostOne("header", "json")],
    };

    /// <summary>Of <c>timestamp</c>.</summary>
    public static KeyTable Timestamp { get; } = new("timestamp", "Where the sender writes the time that it signs.",
    [
        new("header", Header, "The header: Unix seconds, Unix milliseconds or RFC 3339.", IsRequired: true),
        new("tolerance", ValueForm.Duration, "How far it may be off, to either side; 5m when nothing is said."),
    ]);

    /// <summary>Of <c>verify</c>.</summary>
    public static KeyTable Verify { get; } = new("verify", "How a sender proves itself, in exactly one way: hmac, ed25519, ecdsa, token, bearer, basic, address or jwks.",
    [
        new("hmac", ValueForm.Choice(("sha1", "HMAC with SHA-1, for old senders."), ("sha256", "HMAC with SHA-256."), ("sha512", "HMAC with SHA-512.")), "The body is signed; with which hash."),
        new("ed25519", ValueForm.Only(true), "The body is signed with Ed25519; the secret is the sender's public key."),
        new("ecdsa", ValueForm.Choice(("p256", "P-256 with SHA-256, the signature in DER.")), "The body is signed with ECDSA; the secret is the sender's public key (SubjectPublicKeyInfo)."),
        new("token", Header, "A header that holds the secret itself."),
        new("bearer", ValueForm.Only(true), "`Authorization: Bearer` with the secret."),
        new("basic", ValueForm.Only(true), "`Authorization: Basic`; the secret is `user:password`, or the password alone for any user."),
        new("address", ValueForm.Only(true), "The secret stands in the address: `/hooks/NAME/SECRET`, or `/hooks/NAME?token=SECRET`. It can leak through the logs of whatever stands before the bot."),
        new("jwks", ValueForm.Text("an https address", "^https?://", "https://issuer.example.com/keys"), "`Authorization: Bearer` with a JSON Web Token, signed by a key that is published there. Needs `issuer` and `audience`."),
        new("issuer", ValueForm.Text("a text", null, "https://issuer.example.com"), "The issuer a token must be from (jwks)."),
        new("audience", ValueForm.Text("a text", null, "https://bot.example.com"), "The audience a token must be for (jwks)."),
        new("header", Header, "The header that holds the signature (hmac, ed25519, ecdsa)."),
        new("separator", ValueForm.Text("one character", "^.$", ","), "What stands between several signatures in one header."),
        new("key", ValueForm.Choice(("text", "The bytes of the text itself."), ("hex", "Hexadecimal."), ("base64", "Base64.")), "How the key is written in its setting; `text` when nothing is said, `hex` for ed25519 and `base64` for ecdsa."),
        new("prefix", ValueForm.Text("a text", null, "sha256="), "What stands before the signature."),
        new("encoding", ValueForm.Choice(("hex", "Hexadecimal."), ("base64", "Base64."), ("base64url", "Base64 for URLs.")), "How the signature is written; `hex` when nothing is said."),
        new("signed", ValueForm.Text("a text with {body}, and {timestamp}, {id} or {header:Name}", @"^(?=[\s\S]*\{body\})(?![\s\S]*\{(?!body\}|timestamp\}|id\}|header:[^}]+\})[^}]*\})[\s\S]*$", "{body}", "{timestamp}.{body}"), "What is signed; `{body}` when nothing is said."),
        new("timestamp", ValueForm.Mapping(Timestamp), "The time that is signed with it. Older and newer requests are refused."),
        new("secret", Settings, "The NAME of the setting that holds the secret."),
        new("secrets", Settings, "Several, for rotation: any of them verifies."),
    ])
    {
        Relations =
        [
            new KeyRelation.AtLeastOne("hmac", "ed25519", "ecdsa", "token", "bearer", "basic", "address", "jwks"),
            new KeyRelation.AtMostOne("hmac", "ed25519", "ecdsa", "token", "bearer", "basic", "address", "jwks"),
            new KeyRelation.Needs("hmac", "header"),
            new KeyRelation.Needs("ed25519", "header"),
            new KeyRelation.Needs("ecdsa", "header"),
            new KeyRelation.Needs("jwks", "issuer"),
            new KeyRelation.Needs("jwks", "audience"),
            new KeyRelation.Announces("timestamp", "signed", @"\{timestamp\}"),
        ],
    };

    /// <summary>What some presets ask for besides a secret.</summary>
    public static IReadOnlyList<string> Options { get; } = ["audience", "account", "tenant", "topics"];

    private static readonly ValueForm Texts = ValueForm.OneOrMore(ValueForm.Text(), "a text, or a list of them");

    /// <summary>Of a source.</summary>
    public static KeyTable Source { get; } = new("source", "A system that sends webhooks: an instance of a preset, or a sender described here.",
    [
        new("preset", ValueForm.Shared("the name of a preset", "preset"), "The kind of sender; it says how to verify and where the event's name, the id and the subject stand."),
        new("secret", Settings, "The NAME of the setting that holds the secret, never the secret itself."),
        new("secrets", Settings, "Several, for rotation: any of them verifies."),
        new("verify", ValueForm.Mapping(Verify), "How a sender that has no preset proves itself, or one that does it in another way than its preset knows."),
        new("audience", Texts, "whom the sender's tokens are for, as it was entered at the sender's."),
        new("account", Texts, "the e-mail address of the account that sends."),
        new("tenant", Texts, "the id of the directory (tenant) that the sender belongs to."),
        new("topics", Texts, "the ARNs of the topics that may send; a star stands for anything."),
        new("event", ValueForm.Mapping(Place), "Where the event's name stands. A sender without a preset must say it."),
        new("id", ValueForm.Mapping(Place), "Where the delivery's id stands, by which it is recognised when it comes again."),
        new("dedupe", ValueForm.Choice(("id", "By the delivery's id; a sender's own repeats have the same."), ("body", "By the event's name and the body, for seven days, whatever the id: for senders whose id is not signed, so that who recorded a request cannot send it again under another. Two honest events with the same body count as one then.")), "What makes a delivery the same as one before; `id` when nothing is said."),
        new("subject", ValueForm.Mapping(Place), "Where it stands what the event is about. Events of one subject are worked off in order."),
        new("allow_from", ValueForm.OneOrMore(ValueForm.Shared("a network such as 192.0.2.0/24", "network"), "a network, an address or the name of a published list, or a list of them"), "The networks that it may send from; any when nothing is said. The signature decides all the same."),
    ])
    {
        Relations =
        [
            new KeyRelation.AtLeastOne("preset", "verify"),
            new KeyRelation.AtLeastOne("preset", "event"),
            new KeyRelation.AtLeastOne("secret", "secrets", "verify.secret", "verify.secrets", "verify.jwks", "topics", "audience", "preset=travis"),
        ],
    };
}
