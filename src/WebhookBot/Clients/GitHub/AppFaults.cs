namespace WebhookBot.Clients.GitHub;

internal static class AppFaults
{
    public static GitHubRefusedException NotAccepted(Exception inner) => new(
        CallFault.Stop(
            "GitHub does not accept the app's credentials (401); check GitHub:AppId, GitHub:PrivateKey and the clock of this machine"),
        inner);
}
