using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Knowledge;

namespace WebhookBot.Rules.Tests;

/// <summary>A made-up sender's events, for tests of what is told about fields and types.</summary>
internal static class KnownEvents
{
    public const string Text = """
        # An event without actions, two with some, and one with any.
        event push
          - Push
        event ticket
          opened TicketEvent
          closed TicketEvent
          moved MovedEvent
        event note
          added NoteEvent
        event custom
          * anything
        event page
          rung Page
          line.ended Page
          * Page
        event orders/paid
          - Page
        type Event
          action text
          sender Person
        type Page
          urgency text
          team Person
          tag text
          * anything
        type Push : Event
          ref text
          branch text:refs/:heads/
          forced boolean
          commits Commit[]
        type Commit
          id text
          timestamp time
          files text[]
        type TicketEvent : Event
          ticket Ticket
        type MovedEvent : TicketEvent
          from text
        type NoteEvent : Event
          note Note
        type Note
          body text
        type Ticket
          title text
          number number
          draft boolean
          created_at time
          author Person
          parent Ticket
          labels Label[]
          properties text{}
          extra anything
        type Label
          name text
        type Person
          login text
          * number
        """;

    private const string Alerts = """
        event firing
          - Notification
        event resolved
          - Notification
        event heartbeat
          - anything
        type Notification
          receiver text
          commonLabels text{}
        """;

    public static EventCatalog Catalog { get; } = EventCatalog.Parse(Text);

    private static EventCatalog AlertCatalog { get; } = EventCatalog.Parse(Alerts, EventCatalog.AlertView);

    public static RuleVocabulary Vocabulary { get; } = TestRules.Vocabulary with { Events = preset => preset switch { "github" => Catalog, "alertmanager" => AlertCatalog, _ => null } };

    /// <summary>What is told about a rule for those events with that condition, without the places.</summary>
    public static IReadOnlyList<string> Told(string on, string condition, string sources = "") =>
        Compile($"{sources}\nrules:\n  r:\n    on: {on}\n    if: {{ {condition} }}\n    then: [say: {{ text: yes }}]\n");

    /// <summary>What is told about a rule for those events that says that text, without the places.</summary>
    public static IReadOnlyList<string> ToldOfTemplate(string on, string template) =>
        Compile($"rules:\n  r:\n    on: {on}\n    then: [do.all: {{ title: x, blocks: [{{ a: '{template}' }}] }}]\n");

    private static List<string> Compile(params string[] texts) =>
        [.. new RuleCompiler(Vocabulary).Compile(texts.Select((t, i) => new RuleFile($"{i}.yml", t))).Diagnostics.Select(d => d.ToString().Split(": ", 2)[1])];
}
