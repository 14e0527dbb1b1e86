namespace WebhookBot.Rules.Compilation;

/// <summary>Collects every diagnostic of a compilation, so that all are told at once.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _items = [];
    private readonly HashSet<Diagnostic> _told = [];

    public IReadOnlyList<Diagnostic> Items => _items;

    public bool HasErrors { get; private set; }

    public void Error(SourcePosition position, string code, string message) => Tell(Severity.Error, position, code, message);

    public void Warning(SourcePosition position, string code, string message) => Tell(Severity.Warning, position, code, message);

    public void Tell(Severity severity, SourcePosition position, string code, string message)
    {
        // A text file is read for each step that names it, and what is wrong with it is one mistake.
        var diagnostic = new Diagnostic(position, severity, code, message);
        HasErrors |= severity == Severity.Error;
        if (_told.Add(diagnostic))
        {
            _items.Add(diagnostic);
        }
    }

    public void WrongKind(YamlNode node, string expected) =>
        Error(node.Position, DiagnosticCode.WrongKind, $"expected {expected}, found {node.KindInWords}");

    public void Unknown(string code, string what, YamlScalar name, IEnumerable<string> known, string? mend = null) =>
        Error(name.Position, code, $"unknown {what} '{Suggestion.Shorten(name.Text)}'{mend ?? Suggestion.For(name.Text, known)}");
}
