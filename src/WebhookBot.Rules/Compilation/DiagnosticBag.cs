namespace WebhookBot.Rules.Compilation;

/// <summary>Collects every diagnostic of a compilation, so that all are told at once.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _items = [];

    public IReadOnlyList<Diagnostic> Items => _items;

    public bool HasErrors { get; private set; }

    public void Error(SourcePosition position, string code, string message) => Tell(Severity.Error, position, code, message);

    public void Warning(SourcePosition position, string code, string message) => Tell(Severity.Warning, position, code, message);

    public void Tell(Severity severity, SourcePosition position, string code, string message)
    {
        HasErrors |= severity == Severity.Error;
        _items.Add(new Diagnostic(position, severity, code, message));
    }

    public void WrongKind(YamlNode node, string expected) =>
        Error(node.Position, DiagnosticCode.WrongKind, $"expected {expected}, found {node.KindInWords}");

    public void Unknown(string code, string what, YamlScalar name, IEnumerable<string> known, string? mend = null) =>
        Error(name.Position, code, $"unknown {what} '{Suggestion.Shorten(name.Text)}'{mend ?? Suggestion.For(name.Text, known)}");
}
