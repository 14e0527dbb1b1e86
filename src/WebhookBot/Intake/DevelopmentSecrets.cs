using System.Text.Json;

namespace WebhookBot.Intake;

/// <summary>
/// Secrets made up for sources that have none, so that the bot can be tried before anything is configured. Kept in the data folder,
/// readable by its owner alone. Never used in the Production environment.
/// </summary>
public sealed partial class DevelopmentSecrets(string dataFolder, bool isEnabled, ILogger<DevelopmentSecrets>? log = null)
{
    private readonly Lock _gate = new();

    /// <summary>The file they are kept in.</summary>
    public string File { get; } = Path.Combine(dataFolder, "development-secrets.json");

    /// <summary>The name of the key that stands in for one that the sender publishes.</summary>
    public static string KeyName(string source) => $"{source} development key";

    /// <summary>The name under which the other half of a public key is kept, for signing samples.</summary>
    public static string PrivateName(string setting) => $"{setting} (private)";

    /// <summary>
    /// The secret of that setting, or the public key where the sender signs with a key of its own; made when there is none yet. Null in the
    /// Production environment.
    /// </summary>
    public string? Find(string setting, string source, SourcePreset shape)
    {
        if (!isEnabled)
        {
            return null;
        }

        lock (_gate)
        {
            var secrets = Load(File);
            if (!secrets.TryGetValue(setting, out var secret))
            {
                (secret, var other) = SampleKeys.Create(shape);
                secrets[setting] = secret;
                if (other is not null)
                {
                    secrets[PrivateName(setting)] = other;
                }

                Save(secrets);
                LogMade(setting, source, File);
            }

            return secret;
        }
    }

    /// <summary>The secrets kept in that file; none when there is no such file.</summary>
    public static Dictionary<string, string> Load(string file)
    {
        if (!System.IO.File.Exists(file))
        {
            return [];
        }

        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(System.IO.File.ReadAllBytes(file)) ?? [];
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"{file} is damaged ({e.Message}); delete it and new secrets will be made", e);
        }
    }

    private void Save(Dictionary<string, string> secrets)
    {
        Directory.CreateDirectory(dataFolder);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(File, options);
        JsonSerializer.Serialize(stream, secrets);
    }

    private void LogMade(string setting, string source, string file)
    {
        if (log is not null && setting == KeyName(source))
        {
            LogMadeKey(log, source, file);
        }
        else if (log is not null)
        {
            LogMadeCore(log, setting, source, file);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The source {Source} can be tried with samples: a development key for it is kept in {File}")]
    private static partial void LogMadeKey(ILogger log, string source, string file);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Setting} is not set: the source {Source} uses a development secret kept in {File}")]
    private static partial void LogMadeCore(ILogger log, string setting, string source, string file);
}
