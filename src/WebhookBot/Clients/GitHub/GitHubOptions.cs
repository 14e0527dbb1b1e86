namespace WebhookBot.Clients.GitHub;

/// <summary>Settings under <c>GitHub</c>.</summary>
public sealed class GitHubOptions
{
    /// <summary>The section these are bound from.</summary>
    public const string Section = "GitHub";

    /// <summary>Where the REST API is, used as it stands; for a GHES <c>https://host/api/v3/</c>.</summary>
    public Uri ApiUrl { get; set; } = new("https://api.github.com/");

    /// <summary>The number of the GitHub App.</summary>
    public string? AppId { get; set; }

    /// <summary>The app's private key, PEM (PKCS#1 or PKCS#8); line ends may be written as <c>\n</c>.</summary>
    public Secret? PrivateKey { get; set; }

    /// <summary>A file that holds the private key; used when <see cref="PrivateKey"/> is empty.</summary>
    public string? PrivateKeyFile { get; set; }

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How far apart actions that change something are on one account; GitHub asks for a second. Nothing for no pace.</summary>
    public TimeSpan WriteInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Which setting is missing for calls to GitHub, or null.</summary>
    public string? MissingSetting() =>
        string.IsNullOrWhiteSpace(AppId) ? "GitHub:AppId is not set"
        : !Secret.IsSet(PrivateKey) && string.IsNullOrWhiteSpace(PrivateKeyFile)
            ? "neither GitHub:PrivateKey nor GitHub:PrivateKeyFile is set"
            : null;
}
