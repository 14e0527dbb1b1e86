namespace WebhookBot.Clients;

/// <summary>Decides for the current flow of control whether calls that change something may leave the process.</summary>
public static class OutboundCalls
{
    /// <summary>
    /// Marks a request that changes nothing although it is not a GET, as Slack's reads are. Set by the clients only.
    /// </summary>
    public static readonly HttpRequestOptionsKey<bool> IsRead = new("webhookbot.is_read");

    private static readonly AsyncLocal<bool> Forbidden = new();

    /// <summary>Whether only reads may be sent now.</summary>
    public static bool AreForbidden => Forbidden.Value;

    /// <summary>Lets only reads pass until the returned scope is disposed.</summary>
    public static IDisposable Forbid()
    {
        var scope = new Scope(Forbidden.Value);
        Forbidden.Value = true;
        return scope;
    }

    private sealed class Scope(bool before) : IDisposable
    {
        public void Dispose() => Forbidden.Value = before;
    }
}
