namespace WebhookBot.Rules.Language;

/// <summary>The keys of a test file.</summary>
public static class TestKeys
{
    /// <summary>Of an event when it is a mapping.</summary>
    public static KeyTable Event { get; } = new("test-event", "An event that is no shipped sample.",
    [
        new("name", ValueForm.Text("the event's name"), "The event's name: `github.pull_request.opened`.", IsRequired: true),
        new("file", ValueForm.Text("a file name"), "A JSON file beside the test file."),
        new("payload", ValueForm.Anything("anything"), "The payload itself."),
    ]) { Relations = [new KeyRelation.AtLeastOne("file", "payload")] };

    private static readonly KeyDescriptor OneEvent =
        new("event", ValueForm.AnyOf("the name of a shipped sample, or `{ name, file }` or `{ name, payload }`", ValueForm.Shared("a sample", "sample"), ValueForm.Mapping(Event)), "The event.");

    private static readonly KeyDescriptor With = new("with", ValueForm.Shared("values by path", "overrides"), "Fields of the payload that are to be different.");

    private static readonly KeyDescriptor Facts =
        new("facts", ValueForm.Shared("facts by name", "facts"), "What the facts are. `{ truncated: [...] }` is a list that is cut off, `{ unavailable: why }` one that could not be had.");

    private static readonly ValueForm Time = ValueForm.Text("a time", examples: ["2026-01-05T12:00:00Z"]);

    /// <summary>Of one of several events of a test.</summary>
    public static KeyTable Played { get; } = new("played-event", "One of the events of a test.",
    [
        OneEvent with { IsRequired = true },
        With,
        Facts,
        new("at", Time, "When the delivery is received; at the time of the event before when nothing is said."),
    ]);

    /// <summary>Of an action that is expected, beside the action itself.</summary>
    public static KeyTable Expected { get; } = new("expected-action", "An action that is expected, with the arguments that must be equal; others may be anything.",
    [
        new("waits", ValueForm.Duration, "How long after its event the action is to be done: what `wait`, `debounce` or `digest` make of it. `0s`: at once. Whenever, when nothing is said."),
    ]);

    /// <summary>Of a test.</summary>
    public static KeyTable Test { get; } = new("test", "An event or some, and what the rules are to plan for it.",
    [
        OneEvent,
        new("events", ValueForm.Shared("a list of `{ event, with, facts, at }`", "played-events"), "Instead of `event`: several, one after the other. What `cancel_on` calls off and `debounce` replaces is not expected, and `throttle`, `digest` and `max_per_subject` count. `still` is not asked."),
        With,
        Facts,
        new("at", Time, "When the delivery is received; 2026-01-05T12:00:00Z, a Monday, when nothing is said."),
        new("expect", ValueForm.ByName("`no match` or a list of actions, by rule", "^", ValueForm.Shared("what is expected of a rule", "expected")), "What is expected of each rule that is named. Of an action, the arguments that are written must be equal; others may be anything.", IsRequired: true),
    ])
    {
        Relations = [new KeyRelation.AtLeastOne("event", "events"), new KeyRelation.AtMostOne("event", "events"), new KeyRelation.AtMostOne("events", "with"), new KeyRelation.AtMostOne("events", "facts"), new KeyRelation.AtMostOne("events", "at")],
    };

    /// <summary>Of a test file.</summary>
    public static KeyTable Sections { get; } = new("test-file", "Tests of rules: an event in, and the plan that is expected.",
    [
        new("tests", ValueForm.ByName("tests by name", "^", ValueForm.Mapping(Test)), "The tests, by name."),
    ]);
}
