using System.Text;
using System.Text.Json;

namespace WebhookBot.Rules.Conditions;

/// <summary>Where a path starts.</summary>
public enum FieldRoot
{
    /// <summary>The sender's JSON.</summary>
    Payload,

    /// <summary>What the payload lacks: <c>facts.changed_files</c>.</summary>
    Facts,

    /// <summary>The delivery itself: <c>delivery.received_at</c>.</summary>
    Delivery,

    /// <summary>What the rule files define under <c>vars</c>.</summary>
    Vars,
}

/// <summary>
/// A path into an event: <c>pull_request.labels.name</c>, <c>labels["a.b"]</c>, <c>alerts[0].status</c>, <c>facts.changed_files</c>.
/// A path that goes through an array reads every element.
/// </summary>
public sealed class FieldPath
{
    /// <summary>What <c>delivery.</c> has.</summary>
    internal static readonly string[] DeliveryFields = ["id", "source", "event", "received_at", "subject"];

    /// <summary>The names that an event's views may have.</summary>
    internal static readonly string[] Views = [Alert.Family, "items"];

    private readonly Segment[] _segments;

    private FieldPath(string text, FieldRoot root, string? fact, Segment[] segments)
    {
        Text = text;
        Root = root;
        Fact = fact;
        _segments = segments;
    }

    /// <summary>The path as it was written.</summary>
    public string Text { get; }

    /// <summary>Where it starts.</summary>
    public FieldRoot Root { get; }

    /// <summary>The view that it reads where the event has that; null when it can read none.</summary>
    internal string? View { get; private init; }

    /// <summary>The name of the fact it reads, without <c>facts.</c>; null when it reads none.</summary>
    public string? Fact { get; }

    /// <summary>Its keys (texts) and indexes (numbers), without the root.</summary>
    internal IEnumerable<object> Steps => _segments.Select(s => s.Index is { } index ? (object)index : s.Name);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Reads a path. Null, and why, when it is not one.</summary>
    public static FieldPath? TryParse(string text, out string? problem)
    {
        var segments = Split(text, out problem);
        if (segments is null)
        {
            return null;
        }

        var root = segments[0].Index is null ? segments[0].Name : null;
        switch (root)
        {
            case "payload" when segments.Count > 1:
                return new FieldPath(text, FieldRoot.Payload, null, [.. segments.Skip(1)]);
            case "facts" when segments is [_, { Index: null }, ..]:
                return new FieldPath(text, FieldRoot.Facts, segments[1].Name, [.. segments.Skip(2)]);
            case "delivery" when segments is [_, { Index: null }] && DeliveryFields.Contains(segments[1].Name):
                return new FieldPath(text, FieldRoot.Delivery, null, [segments[1]]);
            case "vars" when segments is [_, { Index: null }, ..]:
                return new FieldPath(text, FieldRoot.Vars, null, [.. segments.Skip(1)]);
            case "vars":
                problem = "name the variable, as in 'vars.channel'";
                return null;
            case "facts":
                problem = "name the fact, as in 'facts.changed_files'";
                return null;
            case "delivery":
                problem = $"'delivery' has {string.Join(", ", DeliveryFields)}";
                return null;
            default:
                return new FieldPath(text, FieldRoot.Payload, null, [.. segments]) { View = Views.Contains(root) ? root : null };
        }
    }

    /// <summary>Reads the field; missing and unknown are values too.</summary>
    internal FieldValue Resolve(EvaluationScope scope)
    {
        if (Root == FieldRoot.Facts)
        {
            var fact = scope.Fact(Fact!);
            return fact.Kind is FieldKind.One ? Walk(fact.Element, fact.IsTruncated) : fact;
        }

        ref var known = ref scope.Known(Text, out var isKnown);
        if (!isKnown)
        {
            known = View is not null && scope.Event.Views.TryGetValue(View, out var view)
                ? Walk(view, truncated: false, from: 1)
                : Walk(Root switch { FieldRoot.Payload => scope.Event.Payload, FieldRoot.Vars => scope.Vars, _ => scope.Delivery }, truncated: false);
        }

        return known;
    }

    private FieldValue Walk(JsonElement start, bool truncated, int from = 0)
    {
        var current = start;
        for (var i = from; i < _segments.Length; i++)
        {
            if (current.ValueKind == JsonValueKind.Array && _segments[i].Index is null)
            {
                var found = new List<JsonElement>();
                Spread(current, i, found);
                return FieldValue.Many(found, truncated);
            }

            if (!_segments[i].TryStep(ref current))
            {
                // What is cut off may hold what is not found in the part at hand.
                return truncated ? FieldValue.Unknown($"{Text} is not in the part at hand of facts.{Fact}, which is truncated") : FieldValue.Missing;
            }
        }

        return FieldValue.One(current, truncated);
    }

    // An element that lacks the field is there all the same: undefined stands for it.
    private void Spread(JsonElement element, int segment, List<JsonElement> into)
    {
        if (segment == _segments.Length)
        {
            into.Add(element);
            return;
        }

        if (element.ValueKind == JsonValueKind.Array && _segments[segment].Index is null)
        {
            foreach (var item in element.EnumerateArray())
            {
                Spread(item, segment, into);
            }
        }
        else if (_segments[segment].TryStep(ref element))
        {
            Spread(element, segment + 1, into);
        }
        else
        {
            into.Add(default);
        }
    }

    private static List<Segment>? Split(string text, out string? problem)
    {
        var segments = new List<Segment>();
        var at = 0;
        while (at < text.Length || segments.Count == 0)
        {
            var segment = at < text.Length && text[at] == '['
                ? ReadBracket(text, ref at, out problem)
                : ReadName(text, ref at, out problem);
            if (segment is null)
            {
                return null;
            }

            segments.Add(segment.Value);
            if (at < text.Length && text[at] == '.')
            {
                at++;
                if (at == text.Length)
                {
                    problem = "a path does not end with a dot";
                    return null;
                }
            }
            else if (at < text.Length && text[at] != '[')
            {
                problem = $"expected '.' or '[' before '{text[at..]}'";
                return null;
            }
        }

        problem = null;
        return segments;
    }

    private static Segment? ReadName(string text, ref int at, out string? problem)
    {
        var end = text.AsSpan(at).IndexOfAny('.', '[', ']');
        var name = end < 0 ? text[at..] : text.Substring(at, end);
        if (name.Length == 0 || name.Any(char.IsWhiteSpace))
        {
            problem = "a field name is empty or has a space; quote such a key: labels[\"a b\"]";
            return null;
        }

        at += name.Length;
        problem = null;
        return new Segment(name, null);
    }

    private static Segment? ReadBracket(string text, ref int at, out string? problem)
    {
        var close = text.Length > at + 1 && text[at + 1] is '"' or '\'' ? text.IndexOf($"{text[at + 1]}]", at + 2, StringComparison.Ordinal) + 1 : text.IndexOf(']', at);
        if (close <= at + 1)
        {
            problem = "'[' takes a number or a quoted key: [0] or [\"a.b\"]";
            return null;
        }

        var inside = text[(at + 1)..close];
        at = close + 1;
        problem = null;
        if (inside[0] is '"' or '\'')
        {
            return new Segment(inside[1..^1], null);
        }

        if (int.TryParse(inside, System.Globalization.NumberStyles.None, null, out var index))
        {
            return new Segment("", index);
        }

        problem = $"'[{inside}]' is neither a number nor a quoted key";
        return null;
    }

    private readonly struct Segment(string name, int? index)
    {
        private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(name);

        public string Name { get; } = name;

        public int? Index { get; } = index;

        public bool TryStep(ref JsonElement element)
        {
            if (Index is { } i)
            {
                if (element.ValueKind != JsonValueKind.Array || i >= element.GetArrayLength())
                {
                    return false;
                }

                element = element[i];
                return true;
            }

            return element.ValueKind == JsonValueKind.Object && JsonText.TryGetProperty(element, _utf8, out element);
        }
    }
}
