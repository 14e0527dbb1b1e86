using Microsoft.Extensions.Primitives;
using WebhookBot.Clients;
using WebhookBot.Rules;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>The sources of the rule set in force, with their secrets looked up. Made anew when the rules or the settings change.</summary>
internal sealed partial class SourceRegistry : IDisposable
{
    private readonly Lock _gate = new();
    private readonly IRuleSetInForce _rules;
    private readonly IConfiguration _configuration;
    private readonly DevelopmentSecrets _development;
    private readonly KnownSecrets _known;
    private readonly CheckTools _tools;
    private readonly ILogger<SourceRegistry> _log;
    private readonly IDisposable _changes;
    private volatile Snapshot? _snapshot;

    public SourceRegistry(
        IRuleSetInForce rules, IConfiguration configuration, DevelopmentSecrets development, KnownSecrets known, CheckTools tools, ILogger<SourceRegistry> log)
    {
        _rules = rules;
        _configuration = configuration;
        _development = development;
        _known = known;
        _tools = tools;
        _log = log;
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, () => _snapshot = null);
    }

    /// <summary>All sources.</summary>
    public IReadOnlyCollection<WebhookSource> All => Current().Values;

    /// <summary>The source of that name, or null.</summary>
    public WebhookSource? Find(string name) => Current().GetValueOrDefault(name);

    /// <summary>Looks the secrets up now, so that one that is missing is told, or made up, before anybody sends.</summary>
    public void LookUp()
    {
        try
        {
            Current();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            LogNotLookedUp(e);
        }
    }

    public void Dispose() => _changes.Dispose();

    private Dictionary<string, WebhookSource> Current()
    {
        var set = _rules.Current;
        if (_snapshot is { } snapshot && ReferenceEquals(snapshot.RuleSet, set))
        {
            return snapshot.Sources;
        }

        lock (_gate)
        {
            if (_snapshot is not { } made || !ReferenceEquals(made.RuleSet, set))
            {
                _snapshot = made = new Snapshot(set, set.Sources.ToDictionary(s => s.Name, Make, StringComparer.Ordinal));
            }

            return made.Sources;
        }
    }

    private WebhookSource Make(SourceDefinition definition)
    {
        var secrets = Secrets(definition);
        secrets.ForEach(secret => _known.Know(secret.Value.Reveal()));
        var source = WebhookSource.Create(definition, secrets, _tools);
        foreach (var setting in source.UnusableSecrets)
        {
            LogUnusable(setting, source.Name, WebhookVerifier.FormOf(source.Shape));
        }

        if (source.LacksSecret)
        {
            LogNoSecret(source.Name, string.Join(" or ", definition.Secrets.Select(s => s.Name)));
        }

        return source;
    }

    private List<SourceSecret> Secrets(SourceDefinition source)
    {
        var shape = WebhookSource.ShapeOf(source);
        var secrets = source.Secrets
            .Select(s => Secret(s, source.Name, shape))
            .OfType<SourceSecret>()
            .ToList();

        // Who publishes its keys needs no secret; a development key lets samples be tried all the same.
        if (source.Secrets.Count == 0 && _development.Find(DevelopmentSecrets.KeyName(source.Name), source.Name, shape) is { } key)
        {
            secrets.Add(new SourceSecret(DevelopmentSecrets.KeyName(source.Name), new Secret(key)));
        }

        return secrets;
    }

    private SourceSecret? Secret(SecretReference reference, string source, SourcePreset shape) =>
        _configuration[reference.Name] is { Length: > 0 } value ? new SourceSecret(reference.Name, new Secret(value), reference.Until)
        : _development.Find(reference.Name, source, shape) is { } madeUp ? new SourceSecret(reference.Name, new Secret(madeUp), reference.Until) { IsMadeUp = true }
        : null;

    [LoggerMessage(Level = LogLevel.Error, Message = "The source {Source} has no secret and refuses everything; set {Settings}")]
    private partial void LogNoSecret(string source, string settings);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Setting} is set, but is no secret that {Source} can have; it is written {Form}")]
    private partial void LogUnusable(string setting, string source, string form);

    [LoggerMessage(Level = LogLevel.Error, Message = "The secrets of the sources cannot be looked up")]
    private partial void LogNotLookedUp(Exception e);

    private sealed record Snapshot(RuleSet RuleSet, Dictionary<string, WebhookSource> Sources);
}
