using System.Text.Json;
using WebhookBot.Intake;
using WebhookBot.RuleFiles;
using WebhookBot.Rules;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Sources;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Cli;

/// <summary>What is to be sent where, as the command line has it.</summary>
internal sealed record SendWish(string Event, string To, string? Secret, string? File, string[] Set, string Rules, string Data)
{
    /// <summary>The paths that are set to something.</summary>
    public IReadOnlyCollection<string> SetPaths => [.. Set.Select(change => change.Split('=', 2)[0])];

    /// <summary>What the rule files say; nothing when there are none, or when they have mistakes.</summary>
    public RuleSet Compiled()
    {
        if (!Directory.Exists(Rules))
        {
            return RuleSet.Empty;
        }

        var files = RuleFileLoader.Read(Rules, RuleFileLoader.Find(Rules)).Files;
        return new RuleCompiler(BotHost.Vocabulary).Compile(files, RuleFileLoader.TextsOf(Rules)).RuleSet ?? RuleSet.Empty;
    }

    /// <summary>What is sent: the file's content, or the sample; null when there is neither.</summary>
    public byte[]? Payload(SourcePreset preset, string sourceName)
    {
        if (File is null)
        {
            return SampleCatalog.Find((preset.EventsOf ?? preset.Name) + Event[sourceName.Length..]);
        }

        try
        {
            var bytes = System.IO.File.ReadAllBytes(File);
            using var json = JsonDocument.Parse(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            throw new SettingsException($"'{File}' cannot be sent: {e.Message}");
        }
    }

    /// <summary>What it is signed with.</summary>
    public SampleSigner FindSigner(string sourceName, SourceDefinition? source, SourcePreset preset, IReadOnlyList<SourceDefinition> sources)
    {
        var other = sources.FirstOrDefault(s => s.Preset == sourceName)?.Name;
        var name = Secret ?? (source?.Secrets is [var first, ..] ? first.Name : preset.NeedsSecret ? null : DevelopmentSecrets.KeyName(sourceName))
            ?? throw new SettingsException(other is null
                ? $"No rule file in '{Rules}' defines the source '{sourceName}'; name its secret's setting with --secret"
                : $"No source is named '{sourceName}'; did you mean '{other}{Event[sourceName.Length..]}'?");
        return new SampleSigner(FindSecret(name, SampleKeys.IsSendersOwn(preset)), name, option => source?.Options.GetValueOrDefault(option) ?? []);
    }

    // Of a key pair the bot's setting holds the public half, and only a development key's other half is known here.
    private string FindSecret(string name, bool isSendersOwn)
    {
        var file = new DevelopmentSecrets(Data, isEnabled: false).File;
        return !isSendersOwn && SecretFiles.OfEnvironment()[name] is { Length: > 0 } value ? value
            : DevelopmentSecrets.Load(file).GetValueOrDefault(isSendersOwn ? DevelopmentSecrets.PrivateName(name) : name)
            ?? throw new SettingsException(isSendersOwn
                ? $"The sender signs with a key of its own, so a sample can be signed only with a development key, and {file} has none; start the bot first without {name}, or say where its data is with --data"
                : $"{name} is not set, and {file} has no development secret of that name; start the bot first, or say where its data is with --data");
    }
}
