using System.Buffers;
using System.Globalization;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Compilation;

/// <summary>Checks of a mapping's keys and kinds, shared by the sections of a rule file.</summary>
internal static class Shape
{
    // RFC 9110, 5.6.2.
    private static readonly SearchValues<char> HeaderLetters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The node as a mapping, or null after reporting what it is instead.</summary>
    public static YamlMapping? Mapping(YamlNode? node, string what, DiagnosticBag diagnostics)
    {
        if (node is YamlMapping mapping)
        {
            return mapping;
        }

        if (node is not null)
        {
            diagnostics.WrongKind(node, $"{what} (a mapping)");
        }

        return null;
    }

    /// <summary>The node as a text, or null after reporting what it is instead.</summary>
    public static string? Text(YamlNode? node, string what, DiagnosticBag diagnostics)
    {
        if (node is YamlScalar { Kind: not ScalarKind.Null } scalar)
        {
            return scalar.Text;
        }

        if (node is not null)
        {
            diagnostics.WrongKind(node, what);
        }

        return null;
    }

    /// <summary>Reports a name that no header can have.</summary>
    public static void Header(YamlNode? node, DiagnosticBag diagnostics)
    {
        if (node is YamlScalar { Kind: not ScalarKind.Null } name && (name.Text.Length == 0 || name.Text.AsSpan().ContainsAnyExcept(HeaderLetters)))
        {
            diagnostics.Error(name.Position, DiagnosticCode.BadValue, $"'{Suggestion.Shorten(name.Text)}' cannot be the name of a header; write one such as X-Event");
        }
    }

    /// <summary>A text, or a list of texts.</summary>
    public static IReadOnlyList<YamlScalar> Texts(YamlNode? node, string what, DiagnosticBag diagnostics)
    {
        switch (node)
        {
            case null:
                return [];
            case YamlScalar { Kind: not ScalarKind.Null } one:
                return [one];
            case YamlSequence { Items.Count: > 0 } many:
                foreach (var wrong in many.Items.Where(i => i is not YamlScalar { Kind: not ScalarKind.Null }))
                {
                    diagnostics.WrongKind(wrong, what);
                }

                return many.Items.OfType<YamlScalar>().Where(s => s.Kind != ScalarKind.Null).ToList();
            default:
                diagnostics.WrongKind(node, $"{what}, or a list of them");
                return [];
        }
    }

    /// <summary>The day that an <c>until</c> names, or null after reporting what it is instead.</summary>
    public static DateOnly? LastDay(YamlNode node, DiagnosticBag diagnostics)
    {
        if (node is YamlScalar scalar && DateOnly.TryParseExact(scalar.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        diagnostics.Error(node.Position, DiagnosticCode.BadValue, $"'until' takes a day such as 2027-01-31, found {node.KindInWords}");
        return null;
    }

    /// <summary>A whole number from 1 to <paramref name="most"/>, or null after reporting what it is instead.</summary>
    public static int? Count(YamlNode node, string what, int most, string code, DiagnosticBag diagnostics)
    {
        if (node is YamlScalar { Kind: ScalarKind.Number } scalar
            && int.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= most)
        {
            return count;
        }

        diagnostics.Error(node.Position, code, string.Create(CultureInfo.InvariantCulture, $"{what} a whole number from 1 to {most:N0}, found {node.KindInWords}"));
        return null;
    }

    /// <summary>Whether the node says true; false after reporting what it is instead.</summary>
    public static bool Flag(YamlNode? node, string key, DiagnosticBag diagnostics)
    {
        if (node is null or YamlScalar { Kind: ScalarKind.Boolean })
        {
            return node is YamlScalar { AsBoolean: true };
        }

        diagnostics.Error(node.Position, DiagnosticCode.BadValue, $"'{key}' is true or false, found {node.KindInWords}");
        return false;
    }

    /// <summary>Reports every key that is not known, with the mend where there is one that is no name like it.</summary>
    public static void Keys(YamlMapping mapping, string what, KeyTable known, DiagnosticBag diagnostics, Func<string, string?>? mend = null)
    {
        foreach (var entry in mapping.Entries.Where(e => !known.Names.Contains(e.Key.Text)))
        {
            Unknown(entry.Key, what, known, diagnostics, mend?.Invoke(entry.Key.Text));
        }
    }

    /// <summary>Reports a key that is not known.</summary>
    public static void Unknown(YamlScalar key, string what, KeyTable known, DiagnosticBag diagnostics, string? mend = null) =>
        diagnostics.Unknown(DiagnosticCode.UnknownKey, $"key of {what}", key, known.Names, mend ?? ForeignKeys.Mend(known, key.Text));
}
