using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake.Verification;

/// <summary>What a sender signs, such as <c>v0:{timestamp}:{body}</c>, put together from a request.</summary>
internal sealed partial class SignedContent
{
    private readonly List<(string Kind, string Text)> _parts = [];
    private readonly BodyFields _fields;
    private readonly string? _json;
    private readonly TimestampRule? _timestamp;

    public SignedContent(VerificationScheme scheme)
    {
        var at = 0;
        foreach (Match match in Placeholder().Matches(scheme.SignedContent))
        {
            AddText(scheme.SignedContent[at..match.Index]);
            _parts.Add((match.Groups["kind"].Value, match.Groups["name"].Value));
            at = match.Index + match.Length;
        }

        AddText(scheme.SignedContent[at..]);
        _json = scheme.Json;
        _timestamp = scheme.Timestamp;
        IsBody = _parts is [("body", _)];
        _fields = new BodyFields(_parts.Where(p => p.Kind == "json").Select(p => p.Text)
            .Concat(new[] { scheme.Json, scheme.Timestamp?.Json }.OfType<string>())
            .Select(ValueTemplate.FromJson));
    }

    /// <summary>True when the body alone is signed.</summary>
    public bool IsBody { get; }

    /// <summary>Whether the body is signed at all.</summary>
    public bool HasBody => _parts.Exists(p => p.Kind == "body");

    /// <summary>The fields of the body that are needed to verify it.</summary>
    public string?[] Fields(IncomingRequest request) => _fields.Count == 0 ? [] : request.Fields(_fields);

    /// <summary>The signature that stands in the body.</summary>
    public string? Signature(string?[] values) => values[_fields.IndexOf(_json!)];

    /// <summary>The time that stands in the body.</summary>
    public string? Timestamp(string?[] values) => values[_fields.IndexOf(_timestamp!.Json!)];

    /// <summary>The bytes that were signed.</summary>
    public ReadOnlyMemory<byte> Compose(IncomingRequest request, string?[] values, string? timestamp, string? id)
    {
        var content = new ArrayBufferWriter<byte>(request.Body.Length + 128);
        foreach (var (kind, text) in _parts)
        {
            if (kind == "body")
            {
                content.Write(request.Body.Span);
            }
            else
            {
                content.Write(Encoding.UTF8.GetBytes(kind switch
                {
                    "timestamp" => timestamp,
                    "id" => id,
                    "header" => request.Header(text),
                    "json" => values[_fields.IndexOf(text)],
                    _ => text,
                } ?? ""));
            }
        }

        return content.WrittenMemory;
    }

    private void AddText(string text)
    {
        if (text.Length > 0)
        {
            _parts.Add(("", text));
        }
    }

    [GeneratedRegex(@"\{(?<kind>body|timestamp|id|header|json)(:(?<name>[^}]+))?\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
