using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using WebhookBot.Clients;
using WebhookBot.Clients.Http;
using WebhookBot.Rules;

namespace WebhookBot.Actions.Http;

/// <summary><c>http</c>: calls any address of the public internet.</summary>
public sealed class HttpAction(GuardedHttp http, IConfiguration configuration, TimeProvider time) : IAction
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>What rule files know of it.</summary>
    public static readonly ActionDescriptor Definition = new("http", "Sends an HTTP request; the answer must be a success.",
    [
        new("method", ParameterType.Text, "The method; without it POST.", OneOf: Methods),
        new("url", ParameterType.Text, "The address, https.", IsRequired: true, Format: TextFormat.Url) { Form = UrlProblem, AlsoCalled = ["uri", "address", "endpoint", "to"] },
        new("headers", ParameterType.TextMapping, "Headers to send.") { Entry = HttpHeaders.ProblemOf, AlsoCalled = ["header"] },
        new("body", ParameterType.Structure, "A structure, sent as JSON, or a text, sent as it is, which may stand in a file: `{ file: texts/body.json }`; without it the delivery's payload.") { TakesFile = true, AlsoCalled = ["data", "json", "payload", "content"] },
        new("sign", ParameterType.Text, "The name of the setting that holds a Standard Webhooks secret (whsec_…) to sign with.") { NamesSecret = true, AlsoCalled = ["secret", "signing_secret"] },
        new("expect", ParameterType.TextList, "The statuses that count as success, such as 200 or 2xx; without it 2xx.") { Form = StatusProblem, AlsoCalled = ["status", "statuses", "expect_status"] },
    ])
    {
        AlsoCalled = ["webhook", "request", "http_request", "fetch", "curl", "call", "rest", "api"],
    };

    private static readonly TimeSpan UnsaidLimit = TimeSpan.FromSeconds(10);

    private static readonly ProductInfoHeaderValue UserAgent =
        new("WebhookBot", typeof(HttpAction).Assembly.GetName().Version?.ToString(3));

    public ActionDescriptor Descriptor => Definition;

    public ActionTarget? TargetOf(ActionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Uri.TryCreate(request.Arguments.TextAt("url")?.Trim(), UriKind.Absolute, out var url) && url.Host.Length > 0
            ? new ActionTarget("http", $"http {url.Authority}", $"http {url.Authority}")
            : null;
    }

    public string? MissingFor(ActionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SettingToSignWith(request) is { } setting && string.IsNullOrEmpty(configuration[setting])
            ? $"{setting}, which it is signed with, is not set"
            : null;
    }

    public async Task<ActionOutcome> ExecuteAsync(ActionRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var message = new HttpRequestMessage();
        if (Prepare(message, request) is { } problem)
        {
            return ActionOutcome.Failed.Uncalled(problem);
        }

        // Only the host is shown: paths and queries often hold secrets.
        var host = message.RequestUri!.Host;
        var (answer, fault) = await http.SendAsync(message, cancellation);
        return (answer, fault) switch
        {
            (_, { } f) => ActionOutcome.Of(f),
            (null, _) => new ActionOutcome.Failed("no answer"),
            _ => Judge(host, answer, request.Arguments.TextsAt("expect")),
        };
    }

    private string? Prepare(HttpRequestMessage message, ActionRequest request)
    {
        var arguments = request.Arguments;
        if (!Uri.TryCreate(arguments.TextAt("url")?.Trim(), UriKind.Absolute, out var url))
        {
            return "the url is not absolute";
        }

        if (http.Problem(url) is { } problem)
        {
            return problem;
        }

        var method = arguments.TextAt("method")?.Trim().ToUpperInvariant();
        method = string.IsNullOrEmpty(method) ? "POST" : method;
        if (!Methods.Contains(method))
        {
            return $"the method '{Redaction.Clean(method)}' is none of {string.Join(", ", Methods)}";
        }

        message.Method = HttpMethod.Parse(method);
        message.RequestUri = url;
        var (body, type) = HttpBody.Of(request, message.Method);
        if (type is not null)
        {
            message.Content = new ByteArrayContent(body) { Headers = { ContentType = type } };
        }

        message.Headers.UserAgent.Add(UserAgent);
        message.Headers.Add("Idempotency-Key", IdOf(request));
        return HttpHeaders.Apply(message, arguments.At("headers")) ?? Sign(message, SettingToSignWith(request), IdOf(request), body);
    }

    private string? Sign(HttpRequestMessage message, string? setting, string id, byte[] body)
    {
        if (setting is null)
        {
            return null;
        }

        if (StandardWebhook.KeyOf(configuration[setting] ?? "") is not { } key)
        {
            return $"sign: the setting {setting} holds no Standard Webhooks secret (whsec_ followed by base64)";
        }

        StandardWebhook.Sign(message, key, id, time.GetUtcNow(), body);
        return null;
    }

    private static ActionOutcome Judge(string host, GuardedAnswer answer, IReadOnlyList<string> expected)
    {
        var status = (int)answer.Status;
        if (IsExpected(status, expected))
        {
            return new ActionOutcome.Succeeded($"{host} answered {status}");
        }

        var said = Redaction.Clean(answer.Beginning);
        var detail = said.Length == 0 ? $"{host} answered {status}" : $"{host} answered {status}: {said}";
        return answer.Status switch
        {
            HttpStatusCode.TooManyRequests => ActionOutcome.Of(CallFault.Limited(detail, answer.RetryAfter, UnsaidLimit)),
            >= HttpStatusCode.InternalServerError => ActionOutcome.Of(CallFault.OfServer(detail, status, answer.RetryAfter)),
            HttpStatusCode.RequestTimeout or (HttpStatusCode)425 => new ActionOutcome.RetryLater(detail, answer.RetryAfter),
            >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest and not HttpStatusCode.NotModified =>
                new ActionOutcome.Failed($"{host} answered {status}; redirects are not followed, put the new address into the rule"),
            _ => new ActionOutcome.Failed(detail),
        };
    }

    private static ArgumentProblem? UrlProblem(string text)
    {
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) || url.IsFile)
        {
            return new("'url' is an absolute address; write one such as https://example.com/hook");
        }

        return url.Scheme switch
        {
            "https" => null,
            "http" when url.IsLoopback => new("'url' is an address of the bot's own machine, and is refused unless Http__AllowPrivateAddresses is true; set it where the bot runs", IsCertain: false),
            "http" => new($"'url' is refused unless the bot is allowed private addresses (Http:AllowPrivateAddresses); write https://{url.Authority}…", IsCertain: false),
            _ => new($"the scheme of 'url' is '{url.Scheme}', and only https is allowed; write an address such as https://example.com/hook"),
        };
    }

    private static ArgumentProblem? StatusProblem(string text) =>
        int.TryParse(text, out var status) ? status is >= 100 and <= 599 ? null : new($"no answer has the status {text}; write one such as 200, or 2xx")
        : text.Length == 3 && text[0] is >= '1' and <= '5' && text.EndsWith("xx", StringComparison.OrdinalIgnoreCase) ? null
        : new("'expect' takes statuses such as 200, or 2xx for all that begin with 2");

    private static bool IsExpected(int status, IReadOnlyList<string> expected) =>
        expected.Count == 0
            ? status is >= 200 and < 300
            : expected.Any(e => int.TryParse(e, out var exact)
                ? exact == status
                : e.Length == 3 && e.EndsWith("xx", StringComparison.OrdinalIgnoreCase) && e[0] - '0' == status / 100);

    // Null when it is not to be signed.
    private static string? SettingToSignWith(ActionRequest request) =>
        request.Arguments.TextAt("sign") is { } setting && !string.IsNullOrWhiteSpace(setting) ? setting : null;

    // The key as it is where a header can carry it.
    private static string IdOf(ActionRequest request) =>
        request.Key.Length <= 255 && request.Key.All(c => c is > ' ' and <= '~')
            ? request.Key
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.Key)));
}
