using System.Text;
using System.Text.Json;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Conditions;

/// <summary>A field and what is asked of its value.</summary>
public sealed class FieldCondition : Condition
{
    private const int MostSeen = 5;

    internal FieldCondition(YamlScalar key, FieldPath path, ValueTest test, YamlNode written) : base(key.Position, InWords(key, written))
    {
        Path = path;
        Test = test;
        Written = written;
    }

    /// <summary>The field.</summary>
    public FieldPath Path { get; }

    internal ValueTest Test { get; }

    /// <summary>The value as it stands in the rule file.</summary>
    internal YamlNode Written { get; }

    internal override Truth Evaluate(EvaluationScope scope) => Test.Test(Path.Resolve(scope), scope);

    internal override Explanation Explain(EvaluationScope scope)
    {
        var value = Path.Resolve(scope);
        var result = Test.Test(value, scope);
        return new Explanation
        {
            Condition = Words,
            Result = result,
            Seen = Seen(value),
            Because = Because(value, result),
            At = Position.ToString(),
        };
    }

    private static string InWords(YamlScalar key, YamlNode written)
    {
        var words = new StringBuilder(key.Text).Append(": ");
        written.Describe(words);
        return Suggestion.Shorten(words.ToString());
    }

    private static string? Seen(FieldValue value)
    {
        if (value.Kind == FieldKind.One && value.Element.ValueKind != JsonValueKind.Array)
        {
            return JsonText.Seen(value.Element);
        }

        if (value.Kind is FieldKind.Missing or FieldKind.Unknown)
        {
            return null;
        }

        var elements = value.Elements().ToList();
        var more = elements.Count > MostSeen ? $", … {elements.Count - MostSeen} more" : "";
        return $"[{string.Join(", ", elements.Take(MostSeen).Select(JsonText.Seen))}{more}]";
    }

    private string? Because(FieldValue value, Truth result) => value.Kind switch
    {
        FieldKind.Unknown => value.Reason,
        FieldKind.Missing => $"there is no {Path.Text}",
        _ when value.IsTruncated && result == Truth.Unknown => $"{Path.Text} is truncated, and the part at hand does not decide",
        _ when result == Truth.Unknown => "it is too long, or took too long, to decide",
        _ => null,
    };
}
