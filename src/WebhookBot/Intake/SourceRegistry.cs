using Microsoft.Extensions.Primitives;
using WebhookBot.Clients;
using WebhookBot.Rules;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>The sources of the rule set in force, with their secrets looked up. Made anew when the rules or the settings change.</summary>
internal sealed partial class SourceRegistry : IDisposable
{
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly IRuleSetInForce _rules;
    private readonly IConfiguration _configuration;
    private readonly DevelopmentSecrets _development;
    private readonly KnownSecrets _known;
    private readonly CheckTools _tools;
    private readonly ILogger<SourceRegistry> _log;
    private readonly IDisposable _changes;
    private volatile Snapshot? _snapshot;
    private string? _problem;

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

    /// <summary>Which secret could not be read; null when all could that are set.</summary>
    public string? Problem => _snapshot?.Problem;

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
        if (_snapshot is { } snapshot && IsGood(snapshot, set))
        {
            return snapshot.Sources;
        }

        lock (_gate)
        {
            if (_snapshot is not { } made || !IsGood(made, set))
            {
                _problem = null;
                var sources = set.Sources.ToDictionary(s => s.Name, Make, StringComparer.Ordinal);
                _snapshot = made = new Snapshot(set, sources, _problem, _tools.Clock.GetTimestamp());
            }

            return made.Sources;
        }
    }

    private bool IsGood(Snapshot snapshot, RuleSet set) =>
        ReferenceEquals(snapshot.RuleSet, set) && (snapshot.Problem is null || _tools.Clock.GetElapsedTime(snapshot.MadeAt) < ReadAgainAfter);

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

    // One file that cannot be read must not keep the other sources from their secrets.
    private SourceSecret? Secret(SecretReference reference, string source, SourcePreset shape)
    {
        try
        {
            return _configuration[reference.Name] is { Length: > 0 } value ? new SourceSecret(reference.Name, new Secret(value), reference.Until)
                : _development.Find(reference.Name, source, shape) is { } madeUp ? new SourceSecret(reference.Name, new Secret(madeUp), reference.Until) { IsMadeUp = true }
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            _problem ??= e.Message;
            LogUnreadable(reference.Name, source, e.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The source {Source} has no secret and refuses everything; set {Settings}")]
    private partial void LogNoSecret(string source, string settings);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Setting} of the source {Source} cannot be read, and is tried again: {Problem}")]
    private partial void LogUnreadable(string setting, string source, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Setting} is set, but is no secret that {Source} can have; it is written {Form}")]
    private partial void LogUnusable(string setting, string source, string form);

    [LoggerMessage(Level = LogLevel.Error, Message = "The secrets of the sources cannot be looked up")]
    private partial void LogNotLookedUp(Exception e);

    private sealed record Snapshot(RuleSet RuleSet, Dictionary<string, WebhookSource> Sources, string? Problem, long MadeAt);
}
