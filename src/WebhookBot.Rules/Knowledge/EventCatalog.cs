namespace WebhookBot.Rules.Knowledge;

/// <summary>
/// Every event that a kind of sender is known to send, with the shape of its payload. What is not in it may exist all the same: senders add
/// events. Immutable; read from a text, see <see cref="EventCatalogText"/>.
/// </summary>
public sealed class EventCatalog
{
    /// <summary>What all events have that tell of alerts, in the words of <see cref="Alert"/>; a text to parse together with an event's.</summary>
    public const string AlertView = """
        view alert AlertView
        type AlertView
          name text
          status text
          severity text
          fingerprint text
          summary text
          url text
          links text[]
          labels text{}
          started_at time
          ended_at time
        """;

    private readonly Dictionary<string, List<EventShape>> _byType;

    internal EventCatalog(IEnumerable<EventShape> events)
    {
        _byType = events.GroupBy(e => e.Type, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
    }

    /// <summary>True when no other events can come: it is the bot itself that names them.</summary>
    internal bool IsComplete { get; init; }

    /// <summary>The types of events: <c>pull_request</c>.</summary>
    public IReadOnlyCollection<string> Types => _byType.Keys;

    /// <summary>All events.</summary>
    public IEnumerable<EventShape> Events => _byType.Values.SelectMany(e => e);

    /// <summary>The events of that type, one for each action; empty when the type is not known.</summary>
    public IReadOnlyList<EventShape> OfType(string type) => _byType.TryGetValue(type, out var events) ? events : [];

    /// <summary>The event of that type and action, or null.</summary>
    public EventShape? Find(string type, string? action) =>
        OfType(type).FirstOrDefault(e => e.Action == action) ?? OfType(type).FirstOrDefault(e => action is not null && e.HasFreeAction);

    /// <summary>Reads a catalog; see <see cref="EventCatalogText"/> for how it is written. Of two entries for one field the last counts.</summary>
    /// <exception cref="FormatException">A line is not understood, or names a type that no line describes.</exception>
    public static EventCatalog Parse(params IEnumerable<string> texts) => new EventCatalogText().Read(texts);
}
