using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace WebhookBot.Clients.GitHub;

/// <summary>Refuses settings that could never work, with the fix. Missing ones are no error: actions then run as shadow.</summary>
public sealed class GitHubOptionsCheck : IValidateOptions<GitHubOptions>
{
    public ValidateOptionsResult Validate(string? name, GitHubOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string?[] found =
        [
            ApiSettings.Problem("GitHub:ApiUrl", options.ApiUrl),
            ApiSettings.TimeoutProblem("GitHub:Timeout", options.Timeout),
            options.WriteInterval < TimeSpan.Zero ? "GitHub:WriteInterval must not be negative; 00:00:01 is what GitHub asks for" : null,
            AppIdProblem(options),
            KeyProblem(options),
        ];
        string[] problems = [.. found.OfType<string>()];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static string? AppIdProblem(GitHubOptions options) =>
        string.IsNullOrWhiteSpace(options.AppId) || long.TryParse(options.AppId, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? null
            : $"GitHub:AppId must be the number that the app's settings page shows as 'App ID', but is '{Redaction.Clean(options.AppId)}'";

    private static string? KeyProblem(GitHubOptions options)
    {
        if (!Secret.IsSet(options.PrivateKey) && string.IsNullOrWhiteSpace(options.PrivateKeyFile))
        {
            return null;
        }

        var setting = !Secret.IsSet(options.PrivateKey) ? "GitHub:PrivateKeyFile" : "GitHub:PrivateKey";
        try
        {
            using var key = AppKey.Load(options);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{setting}: the file cannot be read: {e.Message}";
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return $"{setting} is no RSA private key in PEM form; use the .pem file downloaded from the app's settings page "
                + "(it begins with -----BEGIN RSA PRIVATE KEY-----)";
        }
    }
}
