using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace WebhookBot.Rules.Compilation;

/// <summary>
/// Reads one rule file into nodes with positions. Refuses what makes YAML surprising or dangerous: anchors and aliases, tags,
/// duplicate keys, several documents, and nesting beyond <see cref="MaxDepth"/>.
/// </summary>
internal sealed class YamlReader
{
    public const int MaxBytes = 256 * 1024;
    public const int MaxDepth = 32;

    private readonly string _file;
    private readonly string _text;
    private readonly DiagnosticBag _diagnostics;
    private readonly Parser _parser;

    private YamlReader(RuleFile file, DiagnosticBag diagnostics)
    {
        _file = file.Path;
        _diagnostics = diagnostics;
        _text = file.Text.TrimStart('\uFEFF');
        _parser = new Parser(new StringReader(_text));
    }

    /// <summary>The file's top-level mapping; null when it is empty or unreadable, which is then reported.</summary>
    public static YamlMapping? Read(RuleFile file, DiagnosticBag diagnostics)
    {
        var start = new SourcePosition(file.Path, 1, 1);
        if (Encoding.UTF8.GetByteCount(file.Text) > MaxBytes)
        {
            diagnostics.Error(start, DiagnosticCode.FileTooLarge, $"the file is larger than {MaxBytes / 1024} KB; split it");
            return null;
        }

        var reader = new YamlReader(file, diagnostics);
        try
        {
            return reader.ReadDocument();
        }
        catch (TooDeepException e)
        {
            diagnostics.Error(e.Position, DiagnosticCode.TooDeep, $"nested deeper than {MaxDepth} levels");
            return null;
        }
        catch (YamlException e)
        {
            var (line, column) = ((int)Math.Max(1, e.Start.Line), (int)Math.Max(1, e.Start.Column));
            var (atLine, atColumn, words) = YamlMend.Of(reader._text, line, e.Message) ?? (line, column, InWords(e.Message));
            diagnostics.Error(new SourcePosition(file.Path, atLine, atColumn), DiagnosticCode.YamlSyntax, $"this is not valid YAML: {words}");
            return null;
        }
        catch (Exception)
        {
            // For some files the parser has no error of its own: InvalidOperationException when a flow list ends in a key, for one.
            var at = reader._parser.Current is { } last ? reader.At(last) : start;
            var (line, column, words) = YamlMend.Of(reader._text, at.Line, "") is { } mend ? (mend.Line, mend.Column, $": {mend.Mend}") : (at.Line, at.Column, " from here on");
            diagnostics.Error(new SourcePosition(file.Path, line, column), DiagnosticCode.YamlSyntax, $"this is not valid YAML{words}");
            return null;
        }
    }

    private static string InWords(string words) => words switch
    {
        "While scanning a quoted scalar, found unexpected end of stream." => "the quote that opens here is not closed",
        "While parsing a node, did not find expected node content." => "a value is missing here, or a bracket is not closed",
        _ => words,
    };

    private YamlMapping? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            return null;
        }

        _parser.Consume<DocumentStart>();
        var root = ReadNode(0);
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
        {
            _diagnostics.Error(At(second), DiagnosticCode.SeveralDocuments, "a rule file holds one document; put the second into a file of its own");
        }

        switch (root)
        {
            case YamlMapping mapping:
                return mapping;
            case YamlScalar { Kind: ScalarKind.Null }:
                return null;
            default:
                _diagnostics.Error(root.Position, DiagnosticCode.NotAMapping, $"a rule file is a mapping with keys such as 'rules', found {root.KindInWords}");
                return null;
        }
    }

    private YamlNode ReadNode(int depth)
    {
        var next = _parser.Current ?? throw new YamlException("unexpected end of the file");
        if (depth > MaxDepth)
        {
            throw new TooDeepException(At(next));
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            var star = $"*{Suggestion.Shorten(alias.Value.Value)}";
            _diagnostics.Error(At(alias), DiagnosticCode.AnchorOrAlias, $"aliases (*name) are not allowed; write the value out, or quote it if a star is meant: \"{star}\"");
            return new YamlScalar(At(alias), star, IsQuoted: true);
        }

        if (next is NodeEvent node)
        {
            CheckNode(node);
        }

        return next switch
        {
            Scalar => ReadScalar(),
            SequenceStart => ReadSequence(depth),
            MappingStart => ReadMapping(depth),
            _ => throw new YamlException(next.Start, next.End, "unexpected content"),
        };
    }

    private void CheckNode(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
        {
            _diagnostics.Error(At(node), DiagnosticCode.AnchorOrAlias, "anchors (&name) are not allowed; write the value out where it is used");
        }

        if (!node.Tag.IsEmpty)
        {
            _diagnostics.Error(At(node), DiagnosticCode.Tag, $"tags ({Suggestion.Shorten(node.Tag.Value)}) are not allowed");
        }
    }

    private YamlScalar ReadScalar()
    {
        var scalar = _parser.Consume<Scalar>();
        return new YamlScalar(At(scalar), scalar.Value, scalar.Style != ScalarStyle.Plain) { Comment = scalar.Value.Length == 0 ? CommentAt((int)scalar.Start.Index) : null };
    }

    // The text after a sign that begins a comment where the author may have meant a value: "#dev", and not "# dev".
    private string? CommentAt(int index)
    {
        var line = _text.AsSpan(Math.Min(index, _text.Length));
        line = line[..(line.IndexOfAny('\r', '\n') is var end and >= 0 ? end : line.Length)].Trim();
        return line.Length > 1 && line[0] == '#' && !char.IsWhiteSpace(line[1]) && line[1] != '#' ? line.ToString() : null;
    }

    private YamlSequence ReadSequence(int depth)
    {
        var start = _parser.Consume<SequenceStart>();
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(depth + 1));
        }

        return new YamlSequence(At(start), items);
    }

    private YamlNode ReadMapping(int depth)
    {
        var start = _parser.Consume<MappingStart>();
        var entries = new List<YamlEntry>();
        var seen = new Dictionary<string, SourcePosition>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is YamlMapping && TemplateFrom(start) is { } template)
            {
                _parser.Consume<MappingEnd>();
                _diagnostics.Error(At(start), DiagnosticCode.WrongKind, $"a text with a template wants quotes; quote it: {Suggestion.Quote(template)}");
                return new YamlScalar(At(start), template, IsQuoted: true);
            }

            if (key is not YamlScalar name)
            {
                _diagnostics.Error(key.Position, DiagnosticCode.WrongKind, $"a key is a text, found {key.KindInWords}");
            }
            else if (!seen.TryAdd(name.Text, name.Position))
            {
                _diagnostics.Error(name.Position, DiagnosticCode.DuplicateKey, $"the key '{Suggestion.Shorten(name.Text)}' stands here a second time; the first is in line {seen[name.Text].Line}");
            }
            else
            {
                entries.Add(new YamlEntry(name, value));
            }
        }

        return new YamlMapping(At(start), entries);
    }

    // YAML reads {{ref}} as a mapping whose key is a mapping.
    private string? TemplateFrom(MappingStart start)
    {
        var text = _text.AsSpan((int)start.Start.Index);
        var end = text.IndexOf("}}");
        return text.StartsWith("{{") && end > 0 && _parser.Current is MappingEnd ? text[..(end + 2)].ToString() : null;
    }

    private SourcePosition At(ParsingEvent e) => new(_file, (int)e.Start.Line, (int)e.Start.Column);

    private sealed class TooDeepException(SourcePosition position) : Exception
    {
        public SourcePosition Position => position;
    }
}
