using Microsoft.Extensions.Primitives;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>A request whose body has been read, as checks, handshakes and bodies look at it.</summary>
internal sealed class IncomingRequest(HttpContext http, string secretPath, ReadOnlyMemory<byte> body)
{
    /// <summary>The largest body that is searched for fields before it is verified.</summary>
    private const int LargestSearched = 1 << 20;

    private const string Json = "application/json";

    private IReadOnlyList<KeyValuePair<string, string>>? _form;
    private string? _contentType;

    public HttpRequest Http => http.Request;

    public IServiceProvider Services => http.RequestServices;

    /// <summary>The bytes as received.</summary>
    public ReadOnlyMemory<byte> Body => body;

    /// <summary>What stands in the address behind the source's name; empty when nothing does.</summary>
    public string SecretPath => secretPath;

    /// <summary>The content type without its parameters, in small letters.</summary>
    public string ContentType => _contentType ??= ContentTypeOf(Http);

    /// <summary>A request's content type without its parameters, in small letters.</summary>
    public static string ContentTypeOf(HttpRequest request) =>
        request.ContentType is Json ? Json : (request.ContentType ?? "").Split(';')[0].Trim().ToLowerInvariant();

    /// <summary>Whether the body is a form.</summary>
    public bool IsForm => ContentType == FormBody.ContentType;

    /// <summary>The fields of the form, in order, unescaped; none when the body is no form.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Form => _form ??= IsForm ? FormBody.Read(body.Span) : [];

    /// <summary>
    /// The header's value. Null when it is not there, and when it is there twice: a proxy and this program might read different ones.
    /// </summary>
    public string? Header(string name)
    {
        StringValues values = Http.Headers[name];
        return values.Count == 1 ? values[0] : null;
    }

    /// <summary>The query's value of that name; null unless there is exactly one.</summary>
    public string? Query(string name) => Http.Query.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : null;

    /// <summary>The secret that the address holds, behind the source's name or as that parameter of the query; null when it holds none.</summary>
    public string? AddressSecret(string parameter) => SecretPath.Length > 0 ? SecretPath : Query(parameter);

    /// <summary>The values at those paths of the body, which is not verified yet; all null when it is no JSON or too large.</summary>
    public string?[] Fields(BodyFields fields) =>
        body.Length <= LargestSearched && BodyJson.Read(body.Span, fields, out _) is { } values ? values : new string?[fields.Count];

    /// <summary>Reads a part of a template out of the request; <paramref name="values"/> are those of the body.</summary>
    public string? Read(ValuePart part, BodyFields fields, string?[] values) =>
        part.Place == ValuePlace.Header ? Header(part.Text) : values[fields.IndexOf(part.Text)];
}
