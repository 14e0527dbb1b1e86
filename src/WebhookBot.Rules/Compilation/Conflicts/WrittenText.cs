using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Templates;

namespace WebhookBot.Rules.Compilation.Conflicts;

/// <summary>Texts that are the same only for what says the same, in whatever order it is written.</summary>
internal static class WrittenText
{
    public static string Of(Condition condition) => condition switch
    {
        FieldCondition field => $"{Of(field.Path)}={Of(field.Written)}",
        Not not => $"!({Of(not.Part)})",
        Combination many => $"{(many is AllOf ? '&' : '|')}({string.Join(',', many.Parts.Select(Of).Order(StringComparer.Ordinal))})",
        _ => throw new NotSupportedException(condition.GetType().Name),
    };

    public static string Of(FieldPath path) =>
        $"{path.Root}{Quote(path.Fact ?? "")}{string.Concat(path.Steps.Select(s => s is string name ? Quote(name) : $"[{s}]"))}";

    /// <summary>A value of a condition. The order of a list means nothing there.</summary>
    public static string Of(YamlNode value) => value switch
    {
        YamlScalar { Kind: ScalarKind.Null } => "null",
        YamlScalar scalar => $"{scalar.Kind}{Quote(scalar.Text)}",
        YamlSequence list => $"[{string.Join(',', list.Items.Select(Of).Order(StringComparer.Ordinal))}]",
        YamlMapping mapping => $"{{{string.Join(',', mapping.Entries.Select(e => $"{Quote(e.Key.Text)}{Of(e.Value)}").Order(StringComparer.Ordinal))}}}",
        _ => throw new NotSupportedException(value.GetType().Name),
    };

    /// <summary>Arguments of an action; null when two rules that say the same would not give the same.</summary>
    /// <param name="argument">The arguments, or one of them.</param>
    /// <param name="constantOnly">Whether a template counts as something that cannot be compared.</param>
    public static string? Of(ArgumentTemplate argument, bool constantOnly) => argument switch
    {
        ArgumentTemplate.Constant constant => Of(constant.Scalar),
        ArgumentTemplate.Text text => Of(text.Template, constantOnly),
        ArgumentTemplate.Number number => Of(number.Template, constantOnly),
        ArgumentTemplate.Items items => Join("[", items.Parts.Select(p => Of(p, constantOnly))),
        ArgumentTemplate.Mapping mapping => Join("{", mapping.Entries
            .OrderBy(e => e.Key, StringComparer.Ordinal)
            .Select(e => Of(e.Value, constantOnly) is { } value ? $"{Quote(e.Key)}{value}" : null)),
        _ => null,
    };

    // A template may say the name of its rule.
    private static string? Of(Template template, bool constantOnly) =>
        template.IsConstant ? $"Text{Quote(template.Text)}"
        : constantOnly || template.Text.Contains("rule", StringComparison.Ordinal) ? null
        : $"Template{Quote(template.Text)}";

    private static string? Join(string open, IEnumerable<string?> parts)
    {
        var all = parts.ToList();
        return all.Contains(null) ? null : $"{open}{string.Join(',', all)}|";
    }

    private static string Quote(string text) => $"{text.Length}:{text}";
}
