namespace WebhookBot.Clients;

/// <summary>The address under which an API's methods lie.</summary>
internal static class ApiAddress
{
    /// <summary>The address with the slash at its end without which relative addresses would replace its last part.</summary>
    public static Uri AsBase(Uri address) =>
        address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    /// <summary>What is wrong with it, or null.</summary>
    public static string? Problem(string setting, Uri? address) =>
        address is { IsAbsoluteUri: true, Scheme: "http" or "https" }
            ? null
            : $"{setting} must be an absolute http or https address, for example https://api.example.com/, but is '{address}'";
}
