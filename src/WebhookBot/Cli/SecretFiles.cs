namespace WebhookBot.Cli;

/// <summary>
/// Settings that are kept in files: <c>NAME_FILE=/run/secrets/name</c>, and <c>NAME=file:/run/secrets/name</c>. A file is read when its
/// setting is asked for, as other programs' variables end in <c>_FILE</c> too.
/// </summary>
internal static class SecretFiles
{
    /// <summary>Lets settings stand in files from here on.</summary>
    public static void AddSecretFiles(this IConfigurationManager configuration) =>
        configuration.Add(new Source(((IConfigurationRoot)configuration).Providers));

    /// <summary>The settings of a verb that has no bot of its own: environment variables, and the files they name.</summary>
    public static ConfigurationManager OfEnvironment()
    {
        var configuration = new ConfigurationManager();
        configuration.AddEnvironmentVariables();
        configuration.AddSecretFiles();
        return configuration;
    }

    private sealed class Source(IEnumerable<IConfigurationProvider> providers) : IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(providers);
    }

    private sealed class Provider(IEnumerable<IConfigurationProvider> providers) : ConfigurationProvider
    {
        private const string Suffix = "_FILE";
        private const string Prefix = "file:";

        /// <exception cref="SettingsException">The file cannot be read.</exception>
        public override bool TryGet(string key, out string? value)
        {
            value = Find(key) switch
            {
                { } text when text.StartsWith(Prefix + "/", StringComparison.Ordinal) => Read(key, text[Prefix.Length..]),
                null or "" when Find(key + Suffix) is { Length: > 0 } path => Read(key + Suffix, path),
                _ => null,
            };
            return value is not null;
        }

        private string? Find(string key)
        {
            foreach (var provider in providers.Where(p => p is not Provider).Reverse())
            {
                if (provider.TryGet(key, out var value))
                {
                    return value;
                }
            }

            return null;
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
}

/// <summary>The settings cannot be used; the message says why and what to do.</summary>
public class SettingsException(string message) : InvalidOperationException(message);

/// <summary>What was asked for on the command line cannot be meant.</summary>
public sealed class UsageException(string message) : SettingsException(message);
