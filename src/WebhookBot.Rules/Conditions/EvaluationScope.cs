using System.Runtime.InteropServices;
using System.Text.Json;

namespace WebhookBot.Rules.Conditions;

/// <summary>One event while its conditions are evaluated; remembers which facts were wanted and not there.</summary>
internal sealed class EvaluationScope(WebhookEvent e, RuleSet? rules = null)
{
    // Many rules ask for the same few fields; finding one in the JSON costs more than remembering it.
    private readonly Dictionary<string, FieldValue> _fields = new(StringComparer.Ordinal);
    private JsonElement? _delivery;

    public WebhookEvent Event { get; } = e;

    /// <summary>What the rule files define under <c>vars</c>.</summary>
    public JsonElement Vars => (rules ?? RuleSet.Empty).Vars;

    /// <summary>The Slack user of each GitHub login that is named.</summary>
    public IReadOnlyDictionary<string, string> People => (rules ?? RuleSet.Empty).People;

    /// <summary>Facts that a condition asked for since the last <see cref="ForgetMissing"/> and that were not fetched.</summary>
    public HashSet<string> MissingFacts { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Tests that took too long once. They are not tried again in this event, so that an array of many texts costs one time limit, not one
    /// an element.
    /// </summary>
    public HashSet<ValueTest> GivenUp { get; } = [];

    /// <summary>Why the last test that could not tell could not; null when all could since it was set to that.</summary>
    public string? Undecided { get; set; }

    public JsonElement Delivery => _delivery ??= JsonElement.Parse(DescribeDelivery());

    public FieldValue Fact(string name)
    {
        if (!Event.Facts.TryGetValue(name, out var fact))
        {
            MissingFacts.Add(name);
            return FieldValue.Unknown($"facts.{name} was not fetched");
        }

        return fact.Problem is null ? FieldValue.One(fact.Value, fact.IsTruncated) : FieldValue.Unknown(fact.Problem);
    }

    /// <summary>Where the value of that path is kept for this event; to be filled when it is not known yet.</summary>
    public ref FieldValue Known(string path, out bool isKnown) => ref CollectionsMarshal.GetValueRefOrAddDefault(_fields, path, out isKnown);

    /// <summary>Unknown, for that reason.</summary>
    public Truth CannotTell(string reason)
    {
        Undecided = reason;
        return Truth.Unknown;
    }

    public void ForgetMissing() => MissingFacts.Clear();

    private byte[] DescribeDelivery()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("id", Event.DeliveryId);
            writer.WriteString("source", Event.Source);
            writer.WriteString("event", Event.Name);
            writer.WriteString("received_at", Timestamps.ToText(Event.ReceivedAt));
            writer.WriteString("subject", Event.Subject);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
