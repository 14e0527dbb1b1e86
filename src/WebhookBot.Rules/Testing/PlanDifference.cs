using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Testing;

/// <summary>What is planned and not as expected, argument by argument, in lines for a person.</summary>
internal static partial class PlanDifference
{
    private const int Short = 80;
    private const int Before = 30;
    private const int After = 60;

    /// <summary>The difference of an action and its arguments; nothing when there is none.</summary>
    public static IEnumerable<string> Of(string rule, ExpectedAction expected, PastAction past)
    {
        var planned = past.Planned;
        if (planned.Problem is not null)
        {
            yield return ExplanationText.Harmless($"{rule}: {planned.Action}: {planned.Problem}");
        }

        if (expected.Waits is { } wait && wait != past.Waits)
        {
            yield return $"{rule}: {planned.Action}: waits";
            yield return $"    expected  {Durations.InWords(wait)}";
            yield return $"    planned   {(past.Waits == TimeSpan.Zero ? "nothing" : Durations.InWords(past.Waits))}";
        }

        var places = expected.Arguments.EnumerateObject().SelectMany(a => Differences(a.Name, a.Value, Property(planned.Arguments, a.Name)));
        foreach (var (path, wanted, found) in places)
        {
            var (left, right, at) = Compare(Write(wanted), Write(found));
            var place = at is null ? "" : $"   they differ from character {at} on, marked »";
            yield return ExplanationText.Harmless($"{rule}: {planned.Action}: {path}{place}");
            yield return ExplanationText.Harmless($"    expected  {left}");
            yield return ExplanationText.Harmless($"    planned   {right}");
        }
    }

    /// <summary>An action and its arguments on one line.</summary>
    public static string Describe(PlannedAction action) => ExplanationText.Harmless($"{action.Action} {Write(action.Arguments)}");

    private static IEnumerable<(string Path, JsonElement Expected, JsonElement Planned)> Differences(string path, JsonElement expected, JsonElement planned)
    {
        if (IsSame(expected, planned))
        {
            return [];
        }

        return (expected.ValueKind, planned.ValueKind) switch
        {
            (JsonValueKind.Object, JsonValueKind.Object) => expected.EnumerateObject().Concat(planned.EnumerateObject()).Select(p => p.Name)
                .Distinct(StringComparer.Ordinal)
                .SelectMany(n => Differences($"{path}.{n}", Property(expected, n), Property(planned, n))),
            (JsonValueKind.Array, JsonValueKind.Array) when expected.GetArrayLength() == planned.GetArrayLength() =>
                expected.EnumerateArray().Zip(planned.EnumerateArray()).SelectMany((pair, i) => Differences($"{path}[{i}]", pair.First, pair.Second)),
            _ => [(path, expected, planned)],
        };
    }

    // As in the rule file, one text stands for a list of that text, and a plain number or boolean for the text of an argument that is a text.
    private static bool IsSame(JsonElement expected, JsonElement planned) => (expected.ValueKind, planned.ValueKind) switch
    {
        (JsonValueKind.Undefined, _) or (_, JsonValueKind.Undefined) => false,
        (JsonValueKind.Object, JsonValueKind.Object) => expected.EnumerateObject().Count() == planned.EnumerateObject().Count()
            && expected.EnumerateObject().All(p => IsSame(p.Value, Property(planned, p.Name))),
        (JsonValueKind.Array, JsonValueKind.Array) => expected.GetArrayLength() == planned.GetArrayLength()
            && expected.EnumerateArray().Zip(planned.EnumerateArray()).All(pair => IsSame(pair.First, pair.Second)),
        (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False, JsonValueKind.Array) =>
            planned.GetArrayLength() == 1 && IsSame(expected, planned[0]),
        (JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False, JsonValueKind.String) => expected.GetRawText() == planned.GetString(),
        _ => JsonElement.DeepEquals(expected, planned),
    };

    private static JsonElement Property(JsonElement from, string name) => from.TryGetProperty(name, out var value) ? value : default;

    private static string Write(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            return "nothing";
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.Readable))
        {
            JsonText.Write(value, writer);
        }

        return Letter().Replace(Encoding.UTF8.GetString(buffer.WrittenSpan), Whole);
    }

    // The writer escapes whatever is a pair of surrogates, however relaxed it is, and nobody reads an emoji in that form.
    private static string Whole(Match letter) => letter.Value is ['\\', 'u', _, _, _, _, '\\', ..]
        ? string.Concat((char)Convert.ToUInt16(letter.Value[2..6], 16), (char)Convert.ToUInt16(letter.Value[8..], 16))
        : letter.Value;

    // Long texts that begin alike are cut around the place where they part, so that it can be seen.
    private static (string Expected, string Planned, int? At) Compare(string expected, string planned)
    {
        if (expected.Length <= Short && planned.Length <= Short)
        {
            return (expected, planned, null);
        }

        var (left, right) = (Letters(expected), Letters(planned));
        var same = left.Zip(right).TakeWhile(pair => pair.First == pair.Second).Count();

        // The quote that a text begins with is none of its characters.
        return (Cut(left, same), Cut(right, same), expected.StartsWith('"') ? Math.Max(1, same) : same + 1);
    }

    private static string Cut(List<string> letters, int at)
    {
        var (from, to) = (at <= Before ? 0 : at - Before, Math.Min(letters.Count, at + After));
        return $"{(from > 0 ? "…" : "")}{string.Concat(letters[from..at])}»{string.Concat(letters[at..to])}{(to < letters.Count ? "…" : "")}";
    }

    private static List<string> Letters(string json) => [.. Letter().Matches(json).Select(m => m.Value)];

    // An escape and a pair of surrogates are each one letter.
    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[\uD800-\uDBFF][\uDC00-\uDFFF]|[\s\S]", RegexOptions.CultureInvariant)]
    private static partial Regex Letter();
}
