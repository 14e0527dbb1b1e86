namespace WebhookBot.Rules.Language;

/// <summary>The keys of a source and of what stands in it.</summary>
public static class SourceKeys
{
    private static readonly ValueForm Setting = ValueForm.Text("the NAME of a setting", "^[A-Za-z][A-Za-z0-9_:.-]{0,99}$", "GITHUB_WEBHOOK_SECRET");

    private static readonly ValueForm Settings = ValueForm.OneOrMore(Setting, "the NAME of a setting, or a list of them");

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
    public static KeyTable Verify { get; } = new("verify", "How a sender proves itself, in exactly one way: hmac, token, bearer or basic.",
    [
        new("hmac", ValueForm.Choice(("sha1", "HMAC with SHA-1, for old senders."), ("sha256", "HMAC with SHA-256."), ("sha512", "HMAC with SHA-512.")), "The body is signed; with which hash."),
        new("token", Header, "A header that holds the secret itself."),
        new("bearer", ValueForm.Only(true), "`Authorization: Bearer` with the secret."),
        new("basic", ValueForm.Only(true), "`Authorization: Basic`; the secret is `user:password`, or the password alone for any user."),
        new("header", Header, "The header that holds the signature (hmac)."),
        new("prefix", ValueForm.Text("a text", null, "sha256="), "What stands before the signature."),
        new("encoding", ValueForm.Choice(("hex", "Hexadecimal."), ("base64", "Base64."), ("base64url", "Base64 for URLs.")), "How the signature is written; `hex` when nothing is said."),
        new("signed", ValueForm.Text("a text with {body}, and {timestamp} or {id}", @"^(?=[\s\S]*\{body\})(?![\s\S]*\{(?!body\}|timestamp\}|id\})[^}]*\})[\s\S]*$", "{body}", "{timestamp}.{body}"), "What is signed; `{body}` when nothing is said."),
        new("timestamp", ValueForm.Mapping(Timestamp), "The time that is signed with it. Older and newer requests are refused."),
        new("secret", Settings, "The NAME of the setting that holds the secret."),
        new("secrets", Settings, "Several, for rotation: any of them verifies."),
    ])
    {
        Relations =
        [
            new KeyRelation.AtLeastOne("hmac", "token", "bearer", "basic"),
            new KeyRelation.AtMostOne("hmac", "token", "bearer", "basic"),
            new KeyRelation.Needs("hmac", "header"),
            new KeyRelation.Announces("timestamp", "signed", @"\{timestamp\}"),
        ],
    };

    /// <summary>Of a source.</summary>
    public static KeyTable Source { get; } = new("source", "A system that sends webhooks: an instance of a preset, or a sender described here.",
    [
        new("preset", ValueForm.Shared("the name of a preset", "preset"), "The kind of sender; it says how to verify and where the event's name, the id and the subject stand."),
        new("secret", Settings, "The NAME of the setting that holds the secret, never the secret itself."),
        new("secrets", Settings, "Several, for rotation: any of them verifies."),
        new("verify", ValueForm.Mapping(Verify), "How a sender that has no preset proves itself."),
        new("event", ValueForm.Mapping(Place), "Where the event's name stands. A sender without a preset must say it."),
        new("id", ValueForm.Mapping(Place), "Where the delivery's id stands, by which it is recognised when it comes again."),
        new("subject", ValueForm.Mapping(Place), "Where it stands what the event is about. Events of one subject are worked off in order."),
        new("allow_from", ValueForm.OneOrMore(ValueForm.Text("a network such as 192.0.2.0/24", "^[0-9a-fA-F.:]+(/[0-9]{1,3})?$", "192.0.2.0/24", "2001:db8::/32"), "a network or an address, or a list of them"), "The networks that it may send from; any when nothing is said. The signature decides all the same."),
    ])
    {
        Relations =
        [
            new KeyRelation.AtLeastOne("preset", "verify"),
            new KeyRelation.AtMostOne("preset", "verify"),
            new KeyRelation.Needs("verify", "event"),
            new KeyRelation.AtLeastOne("secret", "secrets", "verify.secret", "verify.secrets"),
        ],
    };
}
