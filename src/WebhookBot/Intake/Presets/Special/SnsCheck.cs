using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBot.Clients;

namespace WebhookBot.Intake.Presets.Special;

/// <summary>
/// Amazon SNS: RSA over the message's fields in a fixed order, by the key of a certificate that the message names and that Amazon hosts.
/// Anybody may have a topic, so the topic must be one that the source names.
/// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
/// </summary>
internal sealed partial class SnsCheck(CheckInput input) : IRequestCheck
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromHours(1);
    private static readonly string[] OfNotification = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
    private static readonly string[] OfSubscription = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

    private readonly List<Regex> _topics = [.. input.Option("topics").Select(t => new Regex($"^{Regex.Escape(t).Replace("\\*", ".*", StringComparison.Ordinal)}\\z", RegexOptions.NonBacktracking))];

    public Proof Proof { get; } = new(ProofCoverage.Content, Tolerance);

    public bool HasKey => true;

    // Raw messages carry no signature at all.
    public bool MayVerify(HttpRequest request) => !request.Headers.ContainsKey("x-amz-sns-rawdelivery");

    public async ValueTask<CheckResult> CheckAsync(IncomingRequest request, CancellationToken cancellation)
    {
        if (!MayVerify(request.Http))
        {
            return CheckResult.Refused("raw message delivery is on, which is not signed: switch it off at the subscription");
        }

        if (Parse(request.Body) is not { } message)
        {
            return CheckResult.Refused("the body is no message of SNS");
        }

        if (Problem(message) is { } problem)
        {
            return CheckResult.Refused(problem);
        }

        if (CanonicalBase64.Decode(message.TextAt("Signature")) is not { } signature)
        {
            return CheckResult.Refused("the signature is not base64");
        }

        var keys = await KeysAsync(message, cancellation);
        if (keys.Count == 0)
        {
            return CheckResult.Refused(AddressOf(message) is null ? "the certificate's address is not Amazon's" : "the certificate could not be had from Amazon");
        }

        var hash = message.TextAt("SignatureVersion") == "1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;
        foreach (var fields in SignedFields(message))
        {
            if (PublicKeys.Verify(keys, Content(message, fields), signature, hash) is { } name)
            {
                return CheckResult.Verified(name);
            }
        }

        return CheckResult.Refused("the signature does not match");
    }

    /// <summary>Whether that is an address of SNS over https.</summary>
    public static bool IsAmazons(Uri address) => address.Scheme == "https" && address.IsDefaultPort && address.UserInfo.Length == 0 && Host().IsMatch(address.Host);

    /// <summary>What a sender signs: the first of the ways in which the fields may be put together.</summary>
    public static byte[] Content(JsonElement message) => Content(message, SignedFields(message)[0]);

    // Each field that is there, name and value on lines of their own.
    private static byte[] Content(JsonElement message, string[] fields)
    {
        var content = new StringBuilder();
        foreach (var field in fields)
        {
            if (message.At(field).ValueKind == JsonValueKind.String)
            {
                content.Append(field).Append('\n').Append(message.TextAt(field)).Append('\n');
            }
        }

        return Encoding.UTF8.GetBytes(content.ToString());
    }

    // Amazon's own validator takes the fields of a notification for the end of a subscription; both are accepted.
    private static string[][] SignedFields(JsonElement message) => message.TextAt("Type") switch
    {
        "Notification" => [OfNotification],
        "SubscriptionConfirmation" => [OfSubscription],
        _ => [OfSubscription, OfNotification],
    };

    private string? Problem(JsonElement message)
    {
        var topic = message.TextAt("TopicArn") ?? "";
        return message.TextAt("Type") is not ("Notification" or "SubscriptionConfirmation" or "UnsubscribeConfirmation") ? "the body is no message of SNS"
            : !IsPlain(message) ? "a field that is signed is no text, or has a line break where there can be none"
            : message.TextAt("SignatureVersion") is not ("1" or "2") ? "the signature's version is neither 1 nor 2"
            : !_topics.Exists(t => t.IsMatch(topic)) ? $"the topic {(topic.Length > 100 ? topic[..100] : topic)} is not among the source's topics"
            : !DateTimeOffset.TryParse(message.TextAt("Timestamp"), System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var at) ? "the time is missing or not readable"
            : (input.Tools.Clock.GetUtcNow() - at).Duration() > Tolerance ? "the clocks differ, or it was sent before: at most an hour is taken"
            : null;
    }

    // The fields are signed one after the other, on lines of their own: what is no text would be left out, and a line break could make two of one.
    private static bool IsPlain(JsonElement message) => OfNotification.Union(OfSubscription).All(field =>
        !message.At(field).IsPresent() ? field is not ("Message" or "MessageId")
        : message.At(field).ValueKind == JsonValueKind.String && message.TextAt(field) is { } text && (field == "Message" || !text.Contains('\n', StringComparison.Ordinal)));

    private async ValueTask<IReadOnlyList<SourceSecret>> KeysAsync(JsonElement message, CancellationToken cancellation)
    {
        var keys = input.Secrets.ToList();
        if (AddressOf(message) is { } address && await input.Tools.Keys.FindNamedAsync(address, cancellation) is { } pem && PublicKeyOf(pem) is { } key)
        {
            keys.Add(new SourceSecret($"certificate of {address.Host}", new Secret(key)));
        }

        return keys;
    }

    private static Uri? AddressOf(JsonElement message) =>
        Uri.TryCreate(message.TextAt("SigningCertURL") ?? message.TextAt("SigningCertUrl"), UriKind.Absolute, out var address)
            && IsAmazons(address) && address.AbsolutePath.EndsWith(".pem", StringComparison.Ordinal) && address.Query.Length == 0 ? address : null;

    private string? PublicKeyOf(string pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            using var key = certificate.GetRSAPublicKey();
            var now = input.Tools.Clock.GetUtcNow();
            return now >= certificate.NotBefore && now <= certificate.NotAfter ? key?.ExportSubjectPublicKeyInfoPem() : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return body.Length <= 1 << 20 && JsonElement.Parse(body.Span, JsonReading.Strict) is { ValueKind: JsonValueKind.Object } message ? message : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // As Amazon's own validator has it.
    [GeneratedRegex(@"^sns\.[a-zA-Z0-9\-]{3,}\.amazonaws\.com(\.cn)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Host();
}
