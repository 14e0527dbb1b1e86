using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
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

    /// <summary>What a template of that rule is rendered with.</summary>
    public static TemplateInput Input(EvaluationScope scope, string rule) => new(Root(scope, rule), scope.Event.ReceivedAt, scope.People);

    /// <summary>What a template starts from: the payload's own fields, and <c>payload</c>, <c>facts</c>, <c>delivery</c>, <c>vars</c>, <c>rule</c>, and the event's views.</summary>
    private static RootView Root(EvaluationScope scope, string rule)
    {
        var facts = scope.Event.Facts
            .Where(f => f.Value.Problem is null)
            .ToDictionary(f => f.Key, f => Of(f.Value.Value), StringComparer.Ordinal);
        var own = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["payload"] = Of(scope.Event.Payload),
            ["facts"] = new FactsView(facts),
            ["delivery"] = Of(scope.Delivery),
            ["vars"] = Of(scope.Vars),
            ["rule"] = rule,
        };
        foreach (var (name, view) in scope.Event.Views)
        {
            own[name] = Of(view);
        }

        return new RootView(scope.Event.Payload, own);
    }

    /// <summary>The JSON text of a value of the model.</summary>
    public static string ToJson(object? value) => value switch
    {
        View view => view.ToJson(),
        ListView list => list.Element.GetRawText(),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        null => "null",
        _ => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value.ToString() ?? "")}\"",
    };

    /// <summary>True for what templates write as JSON writes it, not as .NET does.</summary>
    public static bool IsWrittenAsJson(Type type) => type == typeof(bool) || type == typeof(ListView) || type.IsSubclassOf(typeof(View));

    internal sealed class ListView(JsonElement element) : IReadOnlyList<object?>
    {
        private JsonElement[]? _items;

        public JsonElement Element => element;

        public int Count => element.GetArrayLength();

        // The engine loops over a list by its indexes; an index into a JSON array takes time that grows with the index.
        public object? this[int index]
        {
            get
            {
                TemplateRun.CountStep();
                return Of((_items ??= [.. element.EnumerateArray()])[index]);
            }
        }

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

    private abstract class View : IReadOnlyDictionary<string, object?>
    {
        public object? this[string key] => TryGetValue(key, out var value) ? value : null;

        public IEnumerable<string> Keys => Entries.Select(e => e.Key);

        public IEnumerable<object?> Values => Entries.Select(e => e.Value);

        public int Count => Entries.Count();

        protected abstract IEnumerable<KeyValuePair<string, object?>> Entries { get; }

        public bool ContainsKey(string key) => TryGetValue(key, out _);

        public abstract bool TryGetValue(string key, out object? value);

        public abstract string ToJson();

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            foreach (var entry in Entries)
            {
                TemplateRun.CountStep();
                yield return entry;
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private class ObjectView(JsonElement element) : View
    {
        protected override IEnumerable<KeyValuePair<string, object?>> Entries =>
            element.ValueKind == JsonValueKind.Object ? element.EnumerateObject().Select(p => KeyValuePair.Create(JsonText.Name(p), Of(p.Value))) : [];

        public override bool TryGetValue(string key, out object? value)
        {
            var property = default(JsonElement);
            var found = element.ValueKind == JsonValueKind.Object && JsonText.TryGetProperty(element, Encoding.UTF8.GetBytes(key), out property);
            value = found ? Of(property) : null;
            return found;
        }

        public override string ToJson() => element.GetRawText();
    }

    private sealed class RootView(JsonElement payload, Dictionary<string, object?> own) : ObjectView(payload)
    {
        public override bool TryGetValue(string key, out object? value) => own.TryGetValue(key, out value) || base.TryGetValue(key, out value);
    }

    private sealed class FactsView(Dictionary<string, object?> facts) : View
    {
        protected override IEnumerable<KeyValuePair<string, object?>> Entries => facts;

        public override bool TryGetValue(string key, out object? value) => facts.TryGetValue(key, out value);

        public override string ToJson() => $"{{{string.Join(',', facts.Select(f => $"{TemplateModel.ToJson(f.Key)}:{TemplateModel.ToJson(f.Value)}"))}}}";
    }
}
