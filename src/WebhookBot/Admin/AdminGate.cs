using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace WebhookBot.Admin;

/// <summary>Lets in who may see the API: holders of the token, or callers on this machine when there is none.</summary>
internal sealed class AdminGate(IOptions<AdminOptions> options) : IEndpointFilter
{
    private string Token => options.Value.Token?.Reveal() ?? "";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        !IsAllowed(context.HttpContext) ? Refusal(context.HttpContext)
        : IsOfForeignPage(context.HttpContext.Request) ? Results.Problem(statusCode: 403, title: "A page of another origin may not do this", detail: "only pages of this address may; programs send no header Origin")
        : await next(context);

    public bool IsAllowed(HttpContext http)
    {
        if (Token.Length == 0)
        {
            return http.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer) && IsLocalHost(http.Request.Host.Host) && !IsForwarded(http.Request.Headers);
        }

        var authorization = http.Request.Headers.Authorization;
        var given = authorization.Count == 1 && authorization[0]!.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization[0]![7..] : "";
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(Token)));
    }

    // What a page of the web sends from a browser on this machine comes from this machine too; the browser says whose page it is.
    private static bool IsOfForeignPage(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && request.Headers.Origin is { Count: > 0 } origin && origin != $"{request.Scheme}://{request.Host}";

    // A page of the web that a browser on this machine shows may have its name resolve to this machine; the Host header gives it away.
    private static bool IsLocalHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // A reverse proxy on this machine brings callers from anywhere; of one that is believed, what was believed stands in another header.
    private static bool IsForwarded(IHeaderDictionary headers) =>
        headers.ContainsKey("X-Forwarded-For") || headers.ContainsKey(ForwardedHeadersDefaults.XOriginalForHeaderName)
        || headers.ContainsKey("X-Real-IP") || headers.ContainsKey("Forwarded") || headers.ContainsKey("Via");

    /// <summary>The answer to who may not.</summary>
    public IResult Refusal(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer";
        return Results.Problem(statusCode: 401, title: "This needs the admin token", detail: Token.Length == 0
            ? "Admin:Token is not set, so only callers on this machine are let in"
            : "send the value of Admin:Token as a bearer token, in the header Authorization");
    }
}
