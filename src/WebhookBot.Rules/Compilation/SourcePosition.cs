namespace WebhookBot.Rules.Compilation;

/// <summary>A place in a rule file.</summary>
/// <param name="File">The file's path as it was given.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
public readonly record struct SourcePosition(string File, int Line, int Column)
{
    /// <summary><c>rules/alerts.yml(12,9)</c>.</summary>
    public override string ToString() => $"{File}({Line},{Column})";
}
