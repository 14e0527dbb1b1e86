using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using WebhookBot.Journal;
using WebhookBot.Rules.Sources;
using WebhookBot.Telemetry;

namespace WebhookBot.Intake;

/// <summary>
/// <c>POST /hooks/{source}</c>: path, address, size, type, body, signature, then the journal. The answer is given when the delivery is
/// durable, and nothing that does not verify is kept.
/// </summary>
internal sealed partial class IntakeEndpoint
{
    private const int LongestId = 200;
    private const int LongestName = 150;

    private readonly SourceRegistry _sources;
    private readonly WebhookVerifier _verifier;
    private readonly IJournal _journal;
    private readonly TimeProvider _clock;
    private readonly IntakeOptions _options;
    private readonly BodyReader _bodies;
    private readonly ILogger<IntakeEndpoint> _log;

    public IntakeEndpoint(SourceRegistry sources, IJournal journal, TimeProvider clock, IOptions<IntakeOptions> options, ILogger<IntakeEndpoint> log)
    {
        _sources = sources;
        _verifier = new WebhookVerifier(clock);
        _journal = journal;
        _clock = clock;
        _options = options.Value;
        _bodies = new BodyReader(new BodyBudget(_options.MaxBytesInFlight, clock), clock, _options.BodyTimeout);
        _log = log;
    }

    public async Task HandleAsync(HttpContext http)
    {
        var name = (string?)http.Request.RouteValues["source"] ?? "";
        var source = _sources.Find(name);
        var answer = source is null
            ? IntakeAnswer.Refused(404, "There is no such source", $"add a source named '{Shorten(name)}' to the rule files")
            : await TakeAsync(source, http);
        BotMetrics.Received(source?.Name ?? "unknown", answer.Status);
        if (answer.Status is >= 400)
        {
            LogRefused(source?.Name ?? "unknown", answer.Status, answer.Title ?? "", http.Connection.RemoteIpAddress);
        }

        await answer.WriteAsync(http.Response);
    }

    private async Task<IntakeAnswer> TakeAsync(WebhookSource source, HttpContext http)
    {
        var limit = Math.Min(source.Shape.MaxBodyBytes, _options.MaxBodyBytes);
        if (RefuseByHeaders(source, http, limit) is { } refusal)
        {
            return refusal;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        var (body, problem) = await _bodies.ReadAsync(http.Request, limit, http.RequestAborted);
        using (body)
        {
            return body is null ? Unread(problem, limit) : await TakeAsync(source, http, body.Bytes);
        }
    }

    private static IntakeAnswer? RefuseByHeaders(WebhookSource source, HttpContext http, long limit)
    {
        var request = http.Request;
        if (source.AllowFrom.Count > 0 && !IsAllowed(source, http.Connection.RemoteIpAddress))
        {
            return IntakeAnswer.Refused(403, "This address may not send here", null);
        }

        if (request.ContentLength > limit)
        {
            return Unread(BodyProblem.TooLarge, limit);
        }

        if (!IsJson(request.ContentType))
        {
            return IntakeAnswer.Refused(415, "The content type is not application/json", source.Shape.ContentTypeAdvice);
        }

        return request.Headers.ContentEncoding.Count > 0 && request.Headers.ContentEncoding != "identity"
            ? IntakeAnswer.Refused(415, "Compressed bodies are not read", "send the body as it is, without Content-Encoding")
            : null;
    }

    private async Task<IntakeAnswer> TakeAsync(WebhookSource source, HttpContext http, ReadOnlyMemory<byte> body)
    {
        var headers = http.Request.Headers;
        var signedId = source.Shape.Id.Parts is [{ Place: ValuePlace.Header } part] ? headers[part.Text].ToString() : null;
        if (!_verifier.Verify(source, headers, signedId, body.Span))
        {
            return IntakeAnswer.Refused(401, "The request could not be verified", null);
        }

        var values = BodyJson.Read(body.Span, source.Fields, out var problem);
        if (values is null)
        {
            return IntakeAnswer.Refused(400, "The body cannot be worked off", problem);
        }

        string? Value(ValuePart p) => p.Place == ValuePlace.Header
            ? headers[p.Text] is { Count: 1 } header ? header[0] : null
            : values[source.Fields.IndexOf(p.Text)];

        // A header's value is a name or is refused; what a body says may be anybody's text, such as the action of a repository_dispatch.
        string? Named(ValuePart p) => p.Place == ValuePlace.Json ? AsName(Value(p)) : Value(p);
        if (source.Shape.Event.Render(Named) is not { } eventName || !IsName(eventName))
        {
            return IntakeAnswer.Refused(400, "The event has no name", $"expected it at {Places(source.Shape.Event)}, in letters, digits, '_', '-', '.', '/' and ':'");
        }

        if (SenderId(source, Value, body.Span) is not { } id)
        {
            return IntakeAnswer.Refused(400, "The delivery has no id", $"expected it at {Places(source.Shape.Id)}, {LongestId} characters at most");
        }

        return await AppendAsync(new DeliveryDraft
        {
            Source = source.Name,
            SenderId = id,
            Event = $"{source.Name}.{eventName}",
            Subject = source.Shape.Subjects.Select(s => s.Render(Value)).FirstOrDefault(s => s is not null) is { } subject ? $"{source.Name}:{subject}" : null,
            ReceivedAt = _clock.GetUtcNow(),
            DedupeWindow = source.Shape.DedupeWindow,
            Headers = KeptHeaders.Of(headers, source.Shape.Verify),
            Body = body,
        });
    }

    private async Task<IntakeAnswer> AppendAsync(DeliveryDraft draft)
    {
        try
        {
            // Not the request's token: a delivery that is half-way to the disk is written whether or not the sender still listens.
            var receipt = await _journal.AppendAsync(draft, CancellationToken.None);
            return IntakeAnswer.Taken(receipt.Id, receipt.IsDuplicate);
        }
        catch (JournalUnavailableException e)
        {
            return IntakeAnswer.Busy("The journal cannot take more now", e.RetryAfter);
        }
    }

    // Without an id of the sender's own, the same body is the same delivery.
    private static string? SenderId(WebhookSource source, Func<ValuePart, string?> value, ReadOnlySpan<byte> body)
    {
        var id = source.Shape.Id.Parts.Count == 0 ? Convert.ToHexString(SHA256.HashData(body)) : source.Shape.Id.Render(value);
        if (id is null || !source.Shape.HashesId)
        {
            return id is { Length: > 0 and <= LongestId } ? id : null;
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));
    }

    private static IntakeAnswer Unread(BodyProblem problem, long limit) => problem switch
    {
        BodyProblem.TooLarge => IntakeAnswer.Refused(413, "The body is too large", $"at most {limit} bytes are taken"),
        BodyProblem.TooSlow => IntakeAnswer.Busy("Too many large bodies are being read", TimeSpan.FromSeconds(10)),
        _ => IntakeAnswer.Refused(400, "The body ended early", null),
    };

    private static bool IsJson(string? contentType)
    {
        var type = (contentType ?? "").Split(';')[0].Trim();
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsAllowed(WebhookSource source, IPAddress? address)
    {
        var peer = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return peer is not null && source.AllowFrom.Any(n => n.Contains(peer));
    }

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && name.All(IsOfName);

    private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ':';

    private static string? AsName(string? text) =>
        text is null ? null : string.Concat(text.Take(LongestName / 2).Select(c => IsOfName(c) ? c : '_'));

    private static string Places(ValueTemplate template) =>
        string.Join(" and ", template.Parts.Where(p => p.Place != ValuePlace.Literal && !p.IsOptional).Select(p => p.Place == ValuePlace.Header ? $"the header {p.Text}" : $"'{p.Text}' in the body"));

    private static string Shorten(string name) => name.Length <= 40 ? name : name[..40];

    [LoggerMessage(Level = LogLevel.Warning, Message = "Refused a request to {Source} with {Status}: {Reason} (from {Peer})")]
    private partial void LogRefused(string source, int status, string reason, IPAddress? peer);
}
