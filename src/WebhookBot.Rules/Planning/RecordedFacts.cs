using System.Text.Json;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Planning;

/// <summary>Reads the facts that a plan was saved with, to decide with them again.</summary>
public static class RecordedFacts
{
    /// <summary>The facts of <see cref="Plan.Facts"/> by name; none when there were none. Null when it is not what a plan holds.</summary>
    public static IReadOnlyDictionary<string, FactValue>? Read(JsonElement? recorded)
    {
        var facts = new Dictionary<string, FactValue>(StringComparer.Ordinal);
        if (recorded is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } all)
        {
            return facts;
        }

        if (all.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var fact in all.EnumerateObject())
        {
            if (ReadOne(fact.Value) is not { } value)
            {
                return null;
            }

            facts[JsonText.Name(fact)] = value;
        }

        return facts;
    }

    private static FactValue? ReadOne(JsonElement fact)
    {
        if (fact.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (JsonText.TryGetProperty(fact, "problem"u8, out var problem) && problem.ValueKind == JsonValueKind.String)
        {
            return FactValue.Unavailable(JsonText.Read(problem));
        }

        if (!JsonText.TryGetProperty(fact, "value"u8, out var value))
        {
            return null;
        }

        return JsonText.TryGetProperty(fact, "truncated"u8, out var truncated) && truncated.ValueKind == JsonValueKind.True
            ? FactValue.Truncated(value)
            : FactValue.Known(value);
    }
}
