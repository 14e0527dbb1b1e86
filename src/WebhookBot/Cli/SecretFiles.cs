namespace WebhookBot.Cli;

/// <summary>Settings that are kept in files: <c>NAME_FILE=/run/secrets/name</c>, and <c>NAME=file:/run/secrets/name</c>.</summary>
internal static class SecretFiles
{
    private const string Suffix = "_FILE";
    private const string Prefix = "file:";

    /// <summary>Reads them all, and lets what they say win.</summary>
    /// <exception cref="SettingsException">A file cannot be read.</exception>
    public static void ResolveSecretFiles(this IConfigurationManager configuration)
    {
        var found = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in configuration.AsEnumerable().Where(e => !string.IsNullOrEmpty(e.Value)))
        {
            if (value!.StartsWith(Prefix + "/", StringComparison.Ordinal))
            {
                found[key] = Read(key, value[Prefix.Length..]);
            }
            else if (key.EndsWith(Suffix, StringComparison.Ordinal) && Path.IsPathRooted(value) && string.IsNullOrEmpty(configuration[key[..^Suffix.Length]]))
            {
                found[key[..^Suffix.Length]] = Read(key, value);
            }
        }

        configuration.AddInMemoryCollection(found);
    }

    private static string Read(string key, string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"the setting {key} names a file that cannot be read: {path}");
        }
    }
}

/// <summary>The settings cannot be used; the message says why and what to do.</summary>
public sealed class SettingsException(string message) : Exception(message);
