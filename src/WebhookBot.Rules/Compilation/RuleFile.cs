namespace WebhookBot.Rules.Compilation;

/// <summary>A rule file as text.</summary>
/// <param name="Path">How it is named in diagnostics: <c>rules/alerts.yml</c>.</param>
/// <param name="Text">Its content.</param>
public sealed record RuleFile(string Path, string Text);
