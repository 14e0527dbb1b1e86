using Microsoft.Extensions.Options;
using WebhookBot.Rules;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.RuleFiles;

/// <summary>Holds the rule set in force. A reload that has errors changes nothing but what is told about it.</summary>
public sealed partial class RuleSetProvider(RuleCompiler compiler, IOptions<RulesOptions> options, TimeProvider clock, ILogger<RuleSetProvider> log) : IRuleSetInForce
{
    private readonly Lock _gate = new();
    private volatile RuleSetStatus _status = new(RuleSet.Empty, null, []);
    private string _fingerprint = "";

    /// <inheritdoc/>
    public RuleSet Current => _status.RuleSet;

    /// <summary>The rule set in force, when it was loaded, and why the last reload failed, if it did.</summary>
    public RuleSetStatus Status => _status;

    /// <summary>Raised when another rule set has come in force.</summary>
    public event EventHandler? Changed;

    /// <summary>Loads the folder if a file in it has changed since it was looked at last. True when it had.</summary>
    public bool Refresh()
    {
        lock (_gate)
        {
            var fingerprint = Fingerprint();
            if (fingerprint == _fingerprint)
            {
                return false;
            }

            _fingerprint = fingerprint;
            Load();
            return true;
        }
    }

    private void Load()
    {
        var path = options.Value.Path;
        if (!Directory.Exists(path) && !File.Exists(path))
        {
            if (!KeepWhen(_status.LoadedAt is not null, path, "the rules folder is gone"))
            {
                LogNoFolder(Path.GetFullPath(path));
            }

            return;
        }

        var (files, unreadable) = RuleFileLoader.Read(path, RuleFileLoader.Find(path));
        if (KeepWhen(files.Count + unreadable.Count == 0 && _status.RuleSet.Files.Count > 0, path, "the rules folder is empty"))
        {
            return;
        }

        var compilation = compiler.Compile(files, RuleFileLoader.TextsOf(path), clock.GetUtcNow());
        IReadOnlyList<Diagnostic> diagnostics = [.. unreadable, .. compilation.Diagnostics];
        foreach (var diagnostic in diagnostics)
        {
            LogDiagnostic(diagnostic.Severity == Severity.Error ? LogLevel.Error : LogLevel.Warning, diagnostic);
        }

        if (unreadable.Count > 0 || compilation.RuleSet is null)
        {
            _status = _status with { FailedReload = diagnostics };
            if (_status.LoadedAt is not null)
            {
                LogKept(_status.RuleSet.Hash, diagnostics.Count(d => d.Severity == Severity.Error));
            }

            return;
        }

        _status = new RuleSetStatus(compilation.RuleSet, clock.GetUtcNow(), []);
        LogLoaded(compilation.RuleSet.Hash, compilation.RuleSet.Rules.Count, compilation.RuleSet.Files.Count);
        Changed?.Invoke(this, EventArgs.Empty);
    }

    // A mount that is not there yet, or a checkout under way, must not take all sources out of service.
    private bool KeepWhen(bool isLost, string path, string problem)
    {
        if (isLost)
        {
            _status = _status with { FailedReload = [new Diagnostic(new SourcePosition(path, 1, 1), Severity.Error, DiagnosticCode.FileUnreadable, problem)] };
            LogLost(problem, _status.RuleSet.Hash, Path.GetFullPath(path));
        }

        return isLost;
    }

    private string Fingerprint()
    {
        var path = options.Value.Path;
        if (!Directory.Exists(path) && !File.Exists(path))
        {
            return "no folder";
        }

        return string.Join('\n', RuleFileLoader.FindAll(path).Select(RuleFileLoader.Fingerprint));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Rule set {Hash} is in force: {Rules} rules from {Files} files")]
    private partial void LogLoaded(string hash, int rules, int files);

    [LoggerMessage(Level = LogLevel.Error, Message = "The rule files have errors ({Errors}); rule set {Hash} stays in force")]
    private partial void LogKept(string hash, int errors);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}: {Path}; rule set {Hash} stays in force")]
    private partial void LogLost(string problem, string hash, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no rules folder at {Path}; nothing is received until there is one")]
    private partial void LogNoFolder(string path);

    [LoggerMessage(Message = "{Diagnostic}")]
    private partial void LogDiagnostic(LogLevel level, Diagnostic diagnostic);
}

/// <summary>What is in force and what is wrong.</summary>
/// <param name="RuleSet">The rule set in force.</param>
/// <param name="LoadedAt">When it was loaded; null when none was yet.</param>
/// <param name="FailedReload">The diagnostics of the last reload when it failed; empty when it did not.</param>
public sealed record RuleSetStatus(RuleSet RuleSet, DateTimeOffset? LoadedAt, IReadOnlyList<Diagnostic> FailedReload)
{
    /// <summary>That the last reload failed, and why first, in words; null when it did not.</summary>
    public string? Problem => FailedReload.Count == 0 ? null : $"the last reload failed, rule set {RuleSet.Hash} stays in force: {FailedReload.First(d => d.Severity == Severity.Error)}";
}
