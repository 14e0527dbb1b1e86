namespace WebhookBot.Clients.GitHub;

/// <summary>A call that GitHub did not carry out, for a reason that is known already.</summary>
public sealed class GitHubRefusedException(CallFault fault, Exception? inner = null) : Exception(fault.Detail, inner)
{
    /// <summary>The reason.</summary>
    public CallFault Fault { get; } = fault;

    /// <summary>GitHub answered something that is not the answer.</summary>
    public static GitHubRefusedException Unreadable(Exception? inner = null) =>
        new(CallFault.Retry("GitHub's answer could not be read"), inner);
}
