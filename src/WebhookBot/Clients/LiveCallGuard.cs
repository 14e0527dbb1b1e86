namespace WebhookBot.Clients;

/// <summary>
/// Sits at the end of every outbound client. While <see cref="OutboundCalls.Forbid"/> is in force it lets only reads pass, so that
/// shadow mode holds where calls leave the process, whatever an action does.
/// </summary>
public sealed class LiveCallGuard : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return OutboundCalls.AreForbidden && !ChangesNothing(request)
            ? throw new ForbiddenCallException($"{request.Method} {request.RequestUri?.GetLeftPart(UriPartial.Authority)}")
            : base.SendAsync(request, cancellationToken);
    }

    private static bool ChangesNothing(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get
        || request.Method == HttpMethod.Head
        || (request.Options.TryGetValue(OutboundCalls.IsRead, out var isRead) && isRead);
}

/// <summary>A call that would change something was about to leave the process in shadow mode.</summary>
public sealed class ForbiddenCallException(string call) : InvalidOperationException($"{call} was about to leave the process in shadow mode")
{
    /// <summary>The call: <c>POST https://slack.com</c>.</summary>
    public string Call { get; } = call;
}
