using System.Globalization;

namespace WebhookBot.Rules.Compilation.Conflicts;

/// <summary>What can be told of the value behind a field from how it is written.</summary>
internal sealed class WrittenValue(YamlNode node)
{
    private static readonly string[] Comparisons = ["gt", "gte", "lt", "lte"];

    private static readonly string[] OfOneElement = ["starts_with", "ends_with", "contains", "matches", "older_than", "newer_than", "within", .. Comparisons];

    private static readonly string[] PlainOperators = ["is", "not", "exists", "starts_with", "ends_with", "contains", .. Comparisons];

    /// <summary>Whether it asks for nothing but presence or absence.</summary>
    public bool IsPresence => WantsAbsence || node is YamlMapping { Entries: [{ Key.Text: "exists" }] };

    /// <summary>Whether it holds only of what is absent or null.</summary>
    public bool WantsAbsence => Asks.Any(a => a is ("is" or "", YamlScalar { Kind: ScalarKind.Null }) or ("exists", YamlScalar { AsBoolean: false }));

    /// <summary>Whether it never holds of what is absent or null.</summary>
    public bool WantsValue => Asks.Any(a => NeedsValue(a.Operator, a.Value));

    /// <summary>Whether it is a comparison of numbers and nothing else.</summary>
    public bool IsRange => node is YamlMapping { Entries.Count: > 0 } mapping && mapping.Entries.All(e => Comparisons.Contains(e.Key.Text));

    /// <summary>Whether it is about the number of elements and nothing else.</summary>
    public bool IsCount => node is YamlMapping { Entries: [{ Key.Text: "count", Value: var count }] } && new WrittenValue(count).IsPlain;

    /// <summary>Whether it depends on nothing but the value, and changes only at the constants that it names.</summary>
    public bool IsPlain => Plain(node);

    /// <summary>Whether only values that are near one of its constants can fit: numbers beside a limit, or the constants themselves.</summary>
    public bool IsPinned => Asks.Any(a => Pinned(a.Operator, a.Value));

    /// <summary>The texts of which the field must equal one; null when anything else may fit, too.</summary>
    public IReadOnlyList<string>? OnlyTexts => node switch
    {
        YamlScalar scalar when IsText(scalar) => [scalar.Text],
        YamlSequence list when list.Items.All(IsText) => [.. list.Items.Cast<YamlScalar>().Select(s => s.Text)],
        _ => null,
    };

    /// <summary>The constants that it names, with those within <c>not</c> and <c>count</c>.</summary>
    public IEnumerable<YamlScalar> Constants => Named(node);

    /// <summary>The constants that the field may equal: those of comparisons and of <c>not</c> are not among them.</summary>
    public IEnumerable<YamlScalar> Equal => Asks.Where(a => a.Operator is "" or "is").SelectMany(a => Named(a.Value));

    /// <summary>The limits and other numbers that it names.</summary>
    public IEnumerable<decimal> Numbers => Constants.Select(AsNumber).OfType<decimal>();

    private IEnumerable<(string Operator, YamlNode Value)> Asks =>
        node is YamlMapping mapping ? mapping.Entries.Select(e => (e.Key.Text, e.Value)) : [("", node)];

    public static decimal? AsNumber(YamlScalar scalar) =>
        scalar.Kind == ScalarKind.Number && decimal.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool NeedsValue(string name, YamlNode value) => (name, value) switch
    {
        ("" or "is", YamlScalar scalar) => scalar.Kind != ScalarKind.Null,
        ("", YamlSequence list) => list.Items.All(i => NeedsValue("", i)),
        ("exists", YamlScalar scalar) => scalar.AsBoolean,
        _ => OfOneElement.Contains(name),
    };

    private static bool Plain(YamlNode value) => value switch
    {
        YamlScalar => true,
        YamlSequence list => list.Items.All(i => i is YamlScalar),
        YamlMapping mapping => mapping.Entries.All(e => PlainOperators.Contains(e.Key.Text) && Plain(e.Value)),
        _ => false,
    };

    private static bool Pinned(string name, YamlNode value) => (name, value) switch
    {
        ("", YamlScalar scalar) => scalar.Kind != ScalarKind.Null && !IsGlob(scalar),
        ("", YamlSequence list) => list.Items.All(i => Pinned("", i)),
        ("is", YamlScalar scalar) => scalar.Kind != ScalarKind.Null,
        _ => Comparisons.Contains(name),
    };

    private static IEnumerable<YamlScalar> Named(YamlNode value) => value switch
    {
        YamlScalar { Kind: not ScalarKind.Null } scalar => [scalar],
        YamlSequence list => list.Items.SelectMany(Named),
        YamlMapping mapping => mapping.Entries.SelectMany(e => Named(e.Value)),
        _ => [],
    };

    private static bool IsText(YamlNode value) => value is YamlScalar { Kind: ScalarKind.Text } scalar && !IsGlob(scalar);

    private static bool IsGlob(YamlScalar scalar) => scalar.Kind == ScalarKind.Text && Rules.Conditions.Glob.IsPattern(scalar.Text);
}
