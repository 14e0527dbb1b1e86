using System.Net.Sockets;

namespace WebhookBot.Clients;

/// <summary>Tells the faults of the network from our own mistakes.</summary>
public static class TransportFaults
{
    /// <summary>The fault, or null when the exception is not the network's (or the caller itself gave up).</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="target">Who was called, in words for a person.</param>
    /// <param name="cancellation">The caller's token; a cancellation that is not its own is a time-out.</param>
    public static CallFault? Classify(Exception exception, string target, CancellationToken cancellation) => exception switch
    {
        OperationCanceledException when cancellation.IsCancellationRequested => null,
        OperationCanceledException or TimeoutException => CallFault.Down($"{target} did not answer in time", mayHaveHappened: true),
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException =>
            CallFault.Down($"the answer of {target} broke off", mayHaveHappened: true),
        HttpRequestException { StatusCode: null } or IOException or SocketException =>
            CallFault.Down($"{target} could not be reached: {Redaction.Clean(exception.GetBaseException().Message)}", WasSent(exception)),
        _ => null,
    };

    // Before there is a connection nothing can have been done.
    private static bool WasSent(Exception exception) => exception is not HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };
}
