using System.Text.RegularExpressions;

namespace WebhookBot.Rules.Sources;

/// <summary>Where a part of a <see cref="ValueTemplate"/> comes from.</summary>
public enum ValuePlace
{
    Literal,
    Header,
    Json,
}

/// <summary>A part of a <see cref="ValueTemplate"/>.</summary>
/// <param name="Place">Where it comes from.</param>
/// <param name="Text">The literal, the header's name, or the path in the body.</param>
/// <param name="IsOptional">Whether the template stands without it; then it brings the dot before it along.</param>
/// <param name="IsSilent">Whether it must be there but is not written.</param>
public readonly record struct ValuePart(ValuePlace Place, string Text, bool IsOptional, bool IsSilent = false);

/// <summary>
/// A value put together from a request: <c>{header:X-GitHub-Event}{json:action?}</c>; <c>{has:incident.id}</c> asks for a field and writes
/// nothing. A path in the body goes through arrays, whose
/// elements are joined by commas.
/// </summary>
public sealed partial class ValueTemplate
{
    // Every delivery is named by these: an array is gone through without a thing to go through it by.
    private readonly ValuePart[] _parts;

    private ValueTemplate(ValuePart[] parts) => _parts = parts;

    /// <summary>Its parts, in order.</summary>
    public IReadOnlyList<ValuePart> Parts => _parts;

    /// <summary>Reads <c>text{header:Name}{json:a.b}{json:c?}</c>.</summary>
    public static ValueTemplate Parse(string text)
    {
        var parts = new List<ValuePart>();
        var at = 0;
        foreach (Match match in Pattern().Matches(text))
        {
            if (match.Index > at)
            {
                parts.Add(new ValuePart(ValuePlace.Literal, text[at..match.Index], false));
            }

            var place = match.Groups["place"].Value == "header" ? ValuePlace.Header : ValuePlace.Json;
            parts.Add(new ValuePart(place, match.Groups["name"].Value, match.Groups["optional"].Length > 0, match.Groups["place"].Value == "has"));
            at = match.Index + match.Length;
        }

        if (at < text.Length)
        {
            parts.Add(new ValuePart(ValuePlace.Literal, text[at..], false));
        }

        return new ValueTemplate([.. parts]);
    }

    /// <summary>The header's value.</summary>
    public static ValueTemplate FromHeader(string name) => new([new ValuePart(ValuePlace.Header, name, false)]);

    /// <summary>The body's value at that path.</summary>
    public static ValueTemplate FromJson(string path) => new([new ValuePart(ValuePlace.Json, path, false)]);

    /// <summary>The value, or null when a part that it cannot do without is absent or empty.</summary>
    public string? Render(Func<ValuePart, string?> read)
    {
        var value = "";
        foreach (var part in _parts)
        {
            if (part.Place == ValuePlace.Literal)
            {
                value += part.Text;
            }
            else if (read(part) is { Length: > 0 } text)
            {
                value = string.Concat(value, part.IsOptional && value.Length > 0 ? "." : "", part.IsSilent ? "" : text);
            }
            else if (!part.IsOptional)
            {
                return null;
            }
        }

        return value;
    }

    [GeneratedRegex(@"\{(?<place>header|json|has):(?<name>[^}?]+)(?<optional>\??)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
