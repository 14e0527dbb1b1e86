using System.Text;
using WebhookBot.Rules;

namespace WebhookBot.Intake;

/// <summary>The sources of the rule set in force, with their secrets looked up.</summary>
public sealed partial class SourceRegistry(IRuleSetInForce rules, IConfiguration configuration, DevelopmentSecrets development, ILogger<SourceRegistry> log)
{
    private readonly Lock _gate = new();
    private volatile Snapshot? _snapshot;

    /// <summary>All sources.</summary>
    public IReadOnlyCollection<WebhookSource> All => Current().Values;

    /// <summary>The source of that name, or null.</summary>
    public WebhookSource? Find(string name) => Current().GetValueOrDefault(name);

    private Dictionary<string, WebhookSource> Current()
    {
        var set = rules.Current;
        if (_snapshot is { } snapshot && ReferenceEquals(snapshot.RuleSet, set))
        {
            return snapshot.Sources;
        }

        lock (_gate)
        {
            if (!ReferenceEquals(_snapshot?.RuleSet, set))
            {
                _snapshot = new Snapshot(set, set.Sources.ToDictionary(s => s.Name, s => WebhookSource.Create(s, Secrets(s.Name, s.Secrets)), StringComparer.Ordinal));
            }

            return _snapshot!.Sources;
        }
    }

    private List<byte[]> Secrets(string source, IReadOnlyList<string> names)
    {
        var secrets = names
            .Select(n => configuration[n] is { Length: > 0 } value ? value : development.Find(n, source))
            .OfType<string>()
            .Select(Encoding.UTF8.GetBytes)
            .ToList();
        if (secrets.Count == 0)
        {
            LogNoSecret(source, string.Join(" or ", names));
        }

        return secrets;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The source {Source} has no secret and refuses everything; set {Settings}")]
    private partial void LogNoSecret(string source, string settings);

    private sealed record Snapshot(RuleSet RuleSet, Dictionary<string, WebhookSource> Sources);
}
