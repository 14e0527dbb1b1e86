namespace WebhookBot.Clients;

/// <summary>What the settings of every API have in common: its address, and how long a call may take.</summary>
internal static class ApiSettings
{
    /// <summary>The address with the slash at its end without which relative addresses would replace its last part.</summary>
    public static Uri AsBase(Uri address) =>
        address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    /// <summary>What is wrong with a time limit, or null.</summary>
    public static string? TimeoutProblem(string setting, TimeSpan timeout) =>
        timeout > TimeSpan.Zero && timeout <= TimeSpan.FromHours(1)
            ? null
            : $"{setting} must lie between nothing and an hour, for example 00:00:15";

    /// <summary>What is wrong with an address, or null.</summary>
    public static string? Problem(string setting, Uri? address) =>
        address is { IsAbsoluteUri: true, Scheme: "http" or "https" }
            ? null
            : $"{setting} must be an absolute http or https address, for example https://api.example.com/, but is '{address}'";
}
