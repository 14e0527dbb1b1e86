using System.Collections;
using System.Text.Json;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Templates;

/// <summary>JSON as the template engine reads it: only what a template touches is turned into objects.</summary>
internal static class TemplateModel
{
    public static object? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => new ObjectView(value),
        JsonValueKind.Array => new ListView(value),
        JsonValueKind.String => JsonText.Read(value),
        JsonValueKind.Number => value.TryGetDecimal(out var number) ? number : value.GetRawText(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>What a template starts from: the payload's own fields, and <c>payload</c>, <c>facts</c>, <c>delivery</c>, <c>rule</c>.</summary>
    public static IReadOnlyDictionary<string, object?> Root(EvaluationScope scope, string rule)
    {
        var facts = scope.Event.Facts
            .Where(f => f.Value.Problem is null)
            .ToDictionary(f => f.Key, f => Of(f.Value.Value), StringComparer.Ordinal);
        return new RootView(scope.Event.Payload, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["payload"] = Of(scope.Event.Payload),
            ["facts"] = facts,
            ["delivery"] = Of(scope.Delivery),
            ["rule"] = rule,
        });
    }

    /// <summary>The JSON text of a value of the model.</summary>
    public static string ToJson(object? value) => value switch
    {
        ObjectView view => view.Element.GetRawText(),
        ListView list => list.Element.GetRawText(),
        decimal number => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        null => "null",
        _ => JsonEncodedText.Encode(value.ToString() ?? "", System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping) is var text ? $"\"{text}\"" : "",
    };

    private abstract class View : IReadOnlyDictionary<string, object?>
    {
        public object? this[string key] => TryGetValue(key, out var value) ? value : null;

        public abstract IEnumerable<string> Keys { get; }

        public IEnumerable<object?> Values => Keys.Select(k => this[k]);

        public int Count => Keys.Count();

        public bool ContainsKey(string key) => TryGetValue(key, out _);

        public abstract bool TryGetValue(string key, out object? value);

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            foreach (var key in Keys)
            {
                TemplateRun.CountStep();
                yield return new(key, this[key]);
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    internal sealed class ListView(JsonElement element) : IReadOnlyList<object?>
    {
        public JsonElement Element => element;

        public int Count => element.GetArrayLength();

        public object? this[int index] => Of(element[index]);

        public IEnumerator<object?> GetEnumerator()
        {
            foreach (var item in element.EnumerateArray())
            {
                TemplateRun.CountStep();
                yield return Of(item);
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class ObjectView(JsonElement element) : View
    {
        public JsonElement Element => element;

        public override IEnumerable<string> Keys => element.EnumerateObject().Select(p => p.Name);

        public override bool TryGetValue(string key, out object? value)
        {
            var found = element.TryGetProperty(key, out var property);
            value = found ? Of(property) : null;
            return found;
        }
    }

    private sealed class RootView(JsonElement payload, Dictionary<string, object?> own) : View
    {
        public override IEnumerable<string> Keys => own.Keys;

        public override bool TryGetValue(string key, out object? value)
        {
            if (own.TryGetValue(key, out value))
            {
                return true;
            }

            var found = payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty(key, out var property) && (value = Of(property)) is var _;
            return found;
        }
    }
}
