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
        OperationCanceledException or TimeoutException => CallFault.Retry($"{target} did not answer in time"),
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException =>
            CallFault.Retry($"the answer of {target} broke off"),
        HttpRequestException { StatusCode: null } or IOException or SocketException =>
            CallFault.Retry($"{target} could not be reached: {Redaction.Clean(exception.GetBaseException().Message)}"),
        _ => null,
    };
}
