using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using WebhookBot.Journal;
using WebhookBot.Rules.Compilation;
using WebhookBot.Telemetry;

namespace WebhookBot.Intake;

/// <summary>
/// <c>POST /hooks/{source}</c>: path, address, size, type, rate, body, signature, then the journal. The answer is given when the delivery is
/// durable, and nothing that does not verify is kept.
/// </summary>
internal sealed class IntakeEndpoint : IDisposable
{
    // What wants an answer of its own is short.
    private const int LargestHandshake = 64 * 1024;

    private const string SlackRoute = "slack";

    private static readonly TimeSpan ComeAgainAfter = TimeSpan.FromSeconds(1);

    private readonly SourceRegistry _sources;
    private readonly NetworkLists _lists;
    private readonly SourceActivity _activity;
    private readonly DeliveryInbox _deliveries;
    private readonly IntakeOptions _options;
    private readonly TimeProvider _clock;
    private readonly BodyBudget _budget;
    private readonly BodyReader _bodies;
    private readonly UnverifiedRate _rate;

    public IntakeEndpoint(
        SourceRegistry sources, NetworkLists lists, SourceActivity activity, DeliveryInbox deliveries, TimeProvider clock, IOptions<IntakeOptions> options)
    {
        _sources = sources;
        _lists = lists;
        _activity = activity;
        _deliveries = deliveries;
        _options = options.Value;
        _clock = clock;
        _budget = new BodyBudget(_options.MaxBytesInFlight, clock);
        _bodies = new BodyReader(_budget, clock, _options.BodyTimeout);
        _rate = new UnverifiedRate(_options.UnverifiedPerSecond, _options.UnverifiedBurst, clock);
    }

    /// <summary>Bytes that large bodies have taken of what there is for them.</summary>
    public long BodyBytes => _budget.Taken;

    /// <summary>The bot ends: who has begun to send a body has that long to send the rest.</summary>
    public void EndAfter(TimeSpan time) => _bodies.EndAfter(time);

    public void Dispose() => _bodies.Dispose();

    /// <summary>What comes to the addresses of Slack's manifests: for the source whose preset is <c>slack</c>, whatever its name.</summary>
    public Task HandleSlackAsync(HttpContext http)
    {
        http.Request.RouteValues[SlackRoute] = true;
        return HandleAsync(http);
    }

    public async Task HandleAsync(HttpContext http)
    {
        var source = Find(http);
        IntakeAnswer answer;
        Func<string>? reason;

        // Without the writing of the answer, which waits for the sender.
        var (began, status) = (_clock.GetTimestamp(), 0);
        BotMetrics.Begun();
        try
        {
            (answer, reason) = source is null ? (Unknown(http), null) : await AnswerAsync(source, http);
            status = answer.Status;
        }
        finally
        {
            BotMetrics.Received(source?.Name ?? SourceActivity.Elsewhere, status, _clock.GetElapsedTime(began));
        }

        if (status >= 400)
        {
            Func<string> why = source is null ? Missed((string?)http.Request.RouteValues["source"] ?? SlackRoute, http.Request.RouteValues["secret"] is not null) : reason ?? (() => answer.Reason);
            _activity.Refused(source?.Name ?? SourceActivity.Elsewhere, status, why, http.Connection.RemoteIpAddress);
        }

        await answer.WriteAsync(http.Response);
    }

    /// <summary>Before CloudEvents are sent: whether they may be. Nothing is done about it.</summary>
    public Task GreetAsync(HttpContext http)
    {
        var source = Find(http);
        var answer = source is null ? Unknown(http)
            : source.Shape.Greeting?.Invoke(http.Request) ?? IntakeAnswer.Refused(405, "Only POST is taken here", "send deliveries with POST") with { Headers = [new("Allow", "POST")] };
        return answer.WriteAsync(http.Response);
    }

    // A secret in the address of a source that asks for none is an address that is not there.
    private WebhookSource? Find(HttpContext http)
    {
        var source = http.Request.RouteValues.ContainsKey(SlackRoute)
            ? _sources.All.FirstOrDefault(s => s.Definition.Preset == "slack")
            : _sources.Find((string?)http.Request.RouteValues["source"] ?? "");
        return http.Request.RouteValues["secret"] is null || source?.Verifier.ReadsAddress == true ? source : null;
    }

    // Looking for the nearest name takes longer than refusing, so it is looked for when somebody reads it.
    private Func<string> Missed(string name, bool isSecretGiven) => () => _sources.Find(name) is null
        ? $"no source is named '{Shorten(name)}'{Suggestion.For(name, _sources.All.Select(s => s.Name))}"
        : isSecretGiven ? $"'{name}' takes no secret in its address" : $"there was no source named '{Shorten(name)}' then; there is one now";

    private IntakeAnswer Unknown(HttpContext http) =>
        IntakeAnswer.Refused(404, "There is no such source", http.Request.RouteValues["secret"] is not null && _sources.Find((string?)http.Request.RouteValues["source"] ?? "") is { } source
            ? $"the source '{source.Name}' takes no secret in its address; send to /hooks/{source.Name}"
            : http.Request.RouteValues.ContainsKey(SlackRoute)
            ? "add a source with the preset slack to the rule files"
            : $"add a source named '{Shorten((string?)http.Request.RouteValues["source"] ?? "")}' to the rule files");

    private async Task<(IntakeAnswer Answer, Func<string>? Reason)> AnswerAsync(WebhookSource source, HttpContext http)
    {
        // Those who wait shall have their answer while it is of use to them, so nobody waits behind them.
        if (_deliveries.IsFull)
        {
            return (IntakeAnswer.Busy("More is sent than can be written down", ComeAgainAfter), null);
        }

        var limit = Math.Min(source.Shape.MaxBodyBytes, _options.MaxBodyBytes);
        if (await RefuseByHeadersAsync(source, http, limit) is { } refusal)
        {
            return (refusal, null);
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        var (body, problem) = await _bodies.ReadAsync(http.Request, limit, http.RequestAborted);
        if (problem == BodyProblem.Gone)
        {
            // There is nothing to be read of it before the next request.
            http.Abort();
        }

        using (body)
        {
            return body is null
                ? (Unread(problem, limit), null)
                : await VerifyAsync(source, new IncomingRequest(http, (string?)http.Request.RouteValues["secret"] ?? "", body.Bytes));
        }
    }

    private async ValueTask<IntakeAnswer?> RefuseByHeadersAsync(WebhookSource source, HttpContext http, long limit)
    {
        var request = http.Request;
        await _lists.RefreshAsync(source.Definition.AllowFromLists, http.RequestAborted);
        if (!source.Allows(http.Connection.RemoteIpAddress, _lists))
        {
            return IntakeAnswer.Refused(403, "This address may not send here", "it is in no network that the source takes requests from");
        }

        if (request.ContentLength > limit)
        {
            return Unread(BodyProblem.TooLarge, limit);
        }

        if (!source.Shape.ContentTypes.Contains(IncomingRequest.ContentTypeOf(request)))
        {
            return IntakeAnswer.Refused(415, $"The content type is not {string.Join(" or ", source.Shape.ContentTypes)}", source.Shape.ContentTypeAdvice);
        }

        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } coding && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return IntakeAnswer.Refused(415, "Compressed bodies are not read", "send the body as it is, without Content-Encoding");
        }

        // Who shows nothing at all is not listened to any longer once it has sent too many of these.
        return !source.Verifier.MayVerify(http.Request) && _rate.IsSpent(source.Name, http.Connection.RemoteIpAddress) ? IntakeAnswer.TooMany : null;
    }

    private async Task<(IntakeAnswer Answer, Func<string>? Reason)> VerifyAsync(WebhookSource source, IncomingRequest request)
    {
        var result = await source.Verifier.VerifyAsync(request, request.Http.HttpContext.RequestAborted);
        if (!result.IsVerified)
        {
            return (_rate.Take(source.Name, request.Http.HttpContext.Connection.RemoteIpAddress) ? IntakeAnswer.Unverified : IntakeAnswer.TooMany, result.Problem);
        }

        ReadOnlyMemory<byte> body;
        try
        {
            body = source.Shape.Unfold?.Invoke(request) ?? request.Body;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return (IntakeAnswer.Refused(400, "The body cannot be worked off", e.Message), null);
        }

        if (source.Shape.Handshake is { } handshake && await ShakeAsync(handshake, request, body) is { } answer)
        {
            return (answer, null);
        }

        var taken = await _deliveries.TakeAsync(source, request, body, result.Secret!);
        if (taken.Status < 300)
        {
            _activity.Taken(source.Name);
            taken = source.Shape.Acknowledge?.Invoke(DeliveryBody.Parse(body)) is { } form ? taken.As(form) : taken;
        }

        return (taken, null);
    }

    private static async ValueTask<IntakeAnswer?> ShakeAsync(
        Func<IncomingRequest, JsonElement, ValueTask<IntakeAnswer?>> handshake, IncomingRequest request, ReadOnlyMemory<byte> body)
    {
        if (body.Length > LargestHandshake)
        {
            return null;
        }

        try
        {
            return await handshake(request, DeliveryBody.Parse(body));
        }
        catch (JsonException)
        {
            // What is no JSON is refused with a better word below.
            return null;
        }
    }

    private static IntakeAnswer Unread(BodyProblem problem, long limit) => problem switch
    {
        BodyProblem.TooLarge => IntakeAnswer.Refused(413, "The body is too large", $"at most {limit} bytes are taken"),
        BodyProblem.TooSlow => IntakeAnswer.Busy("Too many large bodies are being read", TimeSpan.FromSeconds(10)),
        BodyProblem.Stalled => IntakeAnswer.Refused(400, "The body did not come", "nothing came of it for a while; send all of it at once"),
        _ => IntakeAnswer.Refused(400, "The body ended early", "fewer bytes came than were announced, or its chunks are not written as HTTP wants them"),
    };

    private static string Shorten(string name) => name.Length <= 40 ? name : name[..40];
}
