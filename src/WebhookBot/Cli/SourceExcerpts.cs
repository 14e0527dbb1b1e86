using System.Text;
using System.Text.RegularExpressions;
using Wcwidth;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Cli;

/// <summary>
/// Shows places in rule files: the line, and a caret under the place. Nothing of the file moves the cursor, and a line that may hold a
/// secret is not shown.
/// </summary>
/// <param name="compilation">What is told of the files.</param>
/// <param name="files">The files.</param>
/// <param name="width">How many cells of a line are shown; longer lines are cut around the place.</param>
internal sealed partial class SourceExcerpts(Rules.Compilation.Compilation compilation, IEnumerable<RuleFile> files, int width)
{
    private const int TabStop = 4;

    // Enough of a line to fill any terminal, whatever its length; many mistakes may stand in one long line.
    private const int MostLetters = 1_000;

    private readonly Dictionary<string, RuleFile> _files = files.DistinctBy(f => f.Path).ToDictionary(f => f.Path, StringComparer.Ordinal);
    private readonly Dictionary<string, List<Range>> _lines = new(StringComparer.Ordinal);
    private readonly HashSet<(string, int)> _secret =
        [.. compilation.Diagnostics.Where(d => d.Code == DiagnosticCode.SecretInRuleFile).Select(d => (d.Position.File, d.Position.Line))];

    /// <summary>The line and the caret's; nothing when the line cannot be shown.</summary>
    public (string Line, string Caret)? Of(SourcePosition at)
    {
        if (!_files.TryGetValue(at.File, out var file) || _secret.Contains((at.File, at.Line)))
        {
            return null;
        }

        var lines = _lines.TryGetValue(at.File, out var known) ? known : _lines[at.File] = Split(file.Text);
        if (at.Line > lines.Count)
        {
            return null;
        }

        var line = file.Text.AsSpan(lines[at.Line - 1]);
        if (MayHoldSecret().IsMatch(line))
        {
            return null;
        }

        var (text, before) = Cut(line, Math.Clamp(at.Column - 1, 0, line.Length));
        return ($"{at.Line,5} | {text}", $"      | {new string(' ', before)}^");
    }

    // Where the YAML parser sees lines end.
    private static List<Range> Split(string text)
    {
        var lines = new List<Range>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029')
            {
                lines.Add(start..i);
                i += text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
                start = i + 1;
            }
        }

        lines.Add(start..);
        return lines;
    }

    private (string Text, int Before) Cut(ReadOnlySpan<char> line, int column)
    {
        var (from, to) = (Math.Max(0, column - (MostLetters / 2)), Math.Min(line.Length, column + (MostLetters / 2)));
        var cells = Cells(line[from..to]);
        var at = cells.FindIndex(c => c.Index + from >= column);
        at = at < 0 ? cells.Count : at;
        while (at > 0 && at < cells.Count && cells[at].Width == 0)
        {
            at--;
        }

        var (start, end, room) = (at, at, width);
        Grow(ref end, 1, width / 3);
        Grow(ref start, -1, room);
        Grow(ref end, 1, room);
        var (isCutBefore, isCutAfter) = (start > 0 || from > 0, end < cells.Count || to < line.Length);
        var text = string.Concat(cells[start..end].Select(c => c.Text));
        return ($"{(isCutBefore ? "…" : "")}{text}{(isCutAfter ? "…" : "")}", cells[start..at].Sum(c => c.Width) + (isCutBefore ? 1 : 0));

        void Grow(ref int edge, int step, int most)
        {
            for (var next = step > 0 ? edge : edge - 1; next >= 0 && next < cells.Count && cells[next].Width <= most; next += step)
            {
                most -= cells[next].Width;
                room -= cells[next].Width;
                edge += step;
            }
        }
    }

    private static List<Cell> Cells(ReadOnlySpan<char> line)
    {
        var cells = new List<Cell>(line.Length);
        var (index, column) = (0, 0);
        while (index < line.Length)
        {
            var status = Rune.DecodeFromUtf16(line[index..], out var rune, out var length);
            var raw = line.Slice(index, length).ToString();
            var text = raw == "\t" ? new string(' ', TabStop - (column % TabStop)) : ExplanationText.Harmless(raw);
            var cell = new Cell(index, text, text == raw && status == System.Buffers.OperationStatus.Done ? Math.Max(0, UnicodeCalculator.GetWidth(rune)) : text.Length);
            cells.Add(cell);
            (index, column) = (index + length, column + cell.Width);
        }

        return cells;
    }

    // Names of settings are in capitals; anything else behind that key may be what it should only name.
    [GeneratedRegex("""secrets?["']?\s*:(?>\s*)(?!$|\#|\[?\s*["']?[A-Z][A-Z0-9_]*["']?\s*([,}\]\#]|$))""", RegexOptions.CultureInvariant)]
    private static partial Regex MayHoldSecret();

    private readonly record struct Cell(int Index, string Text, int Width);
}
