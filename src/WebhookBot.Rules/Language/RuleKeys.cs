namespace WebhookBot.Rules.Language;

/// <summary>The keys of a rule and of what stands in it.</summary>
public static class RuleKeys
{
    /// <summary>The largest <c>limit</c> and <c>max_per_subject</c>.</summary>
    internal const int LargestCount = 10_000;

    /// <summary>The most <c>attempts</c>.</summary>
    internal const int MostAttempts = 100;

    private static readonly ValueForm Key = ValueForm.Text("a template over the event", examples: ["{{repository.full_name}}"]);

    private static readonly ValueForm Condition = ValueForm.Shared("conditions", "condition");

    private static readonly ValueForm Steps = ValueForm.Shared("a list of steps", "steps");

    /// <summary>Of <c>on</c> when it is a mapping.</summary>
    public static KeyTable Schedule { get; } = new("schedule", "Fires by the clock.",
    [
        new("schedule", ValueForm.Text("five fields of cron, or a short form such as @daily", @"^(@[a-zA-Z_]+|\s*(\S+\s+){4}\S+\s*)$", "0 9 * * MON-FRI", "*/15 * * * *", "0 0 1 * *"),
            "Minute, hour, day of the month, month, day of the week. `*/15`, `9,17`, `1-5`, `MON-FRI`, `L` and `#` are understood.", IsRequired: true),
        new("zone", ValueForm.Text("an IANA time zone", examples: ["Europe/Oslo", "UTC"]), "The time zone of the fields; UTC when there is none."),
    ]);

    /// <summary>Of <c>throttle</c>.</summary>
    public static KeyTable Throttle { get; } = new("throttle", "Drops what is over a number in a time.",
    [
        new("key", Key, "What is counted together; without it, all events of the rule."),
        new("limit", ValueForm.WholeNumber(1, LargestCount), "How many events may act within the time.", IsRequired: true),
        new("per", ValueForm.Duration, "The time: a window that ends with each event.", IsRequired: true),
    ]);

    /// <summary>Of <c>debounce</c> when it is a mapping.</summary>
    public static KeyTable Debounce { get; } = new("debounce", "Acts when it has been quiet, and only for the last event.",
    [
        new("key", Key, "What counts as more of the same; without it, all events of the rule."),
        new("for", ValueForm.Duration, "How long it must be quiet.", IsRequired: true),
    ]);

    /// <summary>Of <c>digest</c>.</summary>
    public static KeyTable Digest { get; } = new("digest", "Gathers events and acts once for all of them.",
    [
        new("key", Key, "What is gathered together; without it, all events of the rule."),
        new("every", ValueForm.Duration, "How long after the first event it acts.", IsRequired: true),
        new("max", ValueForm.WholeNumber(1, Timing.Digest.LargestMax), $"How many events it gathers at most ({Timing.Digest.DefaultMax} when it does not say); with that many it acts at once."),
    ]);

    /// <summary>Of <c>retry</c> when it is a mapping.</summary>
    public static KeyTable Retry { get; } = new("retry", "How often and how patiently a step is tried.",
    [
        new("attempts", ValueForm.WholeNumber(1, MostAttempts), "How often it is tried in all."),
        new("base", ValueForm.Duration, "The longest delay before the second attempt; it doubles from one attempt to the next, and the delay is drawn at random below it. Seven days at most."),
        new("max", ValueForm.Duration, "The longest delay between two attempts. Seven days at most."),
        new("max_age", ValueForm.Duration, "How old the work may get: what is not done so long after its event (or after the end of its wait) is dropped, and recorded as skipped. Without it work is never too old. A year at most."),
    ]);

    /// <summary>Of a step, beside its action.</summary>
    public static KeyTable Step { get; } = new("step", "One action, and what goes with it.",
    [
        new("when", Condition, "Conditions that must hold for this step as well; the other steps are not concerned."),
        new("retry", ValueForm.AnyOf("a number of attempts, `false` for one attempt, or `{ attempts, base, max, max_age }`", ValueForm.WholeNumber(1, MostAttempts), ValueForm.Only(false), ValueForm.Mapping(Retry)),
            "How often it is tried before it is a dead letter; 8 times when it does not say (base 5s, max 30m)."),
        new("name", ValueForm.Text(), "What people call the step, in explanations and in the log."),
        new("stop_on_failure", ValueForm.Flag, "The steps after it wait until it has succeeded, and are left out when it fails for good, until that is tried again. Without it steps do not wait for each other."),
    ]);

    /// <summary>Of a rule.</summary>
    public static KeyTable Rule { get; } = new("rule", "What happens (on), under which conditions (if, unless), what to do (then, else), and when.",
    [
        new("description", ValueForm.Text(), "What the rule is for, in your words."),
        new("on", ValueForm.Shared("an event, a list of events, or `{ schedule, zone }`", "on"), "Which events the rule is for, by their whole name: `source.type.action`.", IsRequired: true),
        new("if", Condition, "Conditions; every one must hold."),
        new("unless", Condition, "Conditions; when all of them hold, the rule does not apply."),
        new("then", Steps, "What to do when the conditions hold."),
        new("else", Steps, "What to do when the event fits and the conditions do not hold. Done at once, whatever the time keys say. Nothing is done when the conditions cannot be decided."),
        new("mode", ValueForm.AnyOf("live, shadow, off", ValueForm.Choice(("live", "The rule acts."), ("shadow", "Everything but the call is done, and recorded as would-have-done."), ("off", "The rule is not looked at.")), ValueForm.Only(false)),
            "Whether the rule acts: `live` (when nothing is said), `shadow` (all but the call, recorded as would-have-done) or `off`."),
        new("wait", ValueForm.Duration, "Does `then` after this time, a year at most."),
        new("cancel_on", ValueForm.OneOrMore(ValueForm.Shared("an event", "event"), "an event, or a list of them"), "Events of the same subject (pull request, alert group) that call the wait off."),
        new("still", Condition, "Conditions that are asked again, with facts fetched anew, when the wait ends; `then` is done only if they hold."),
        new("throttle", ValueForm.Mapping(Throttle), "Drops what is over a number in a time. May stand beside any other time key."),
        new("debounce", ValueForm.AnyOf("a duration, or `{ key, for }`", ValueForm.Duration, ValueForm.Mapping(Debounce)), "Does `then` when no more events have come for a time, and only for the last one."),
        new("digest", ValueForm.Mapping(Digest), "Gathers events, and does `then` once for all of them. Its templates see `rule`, `key`, `count` and `events`; each event has the payload's fields, `delivery`, and `alert` if it is one."),
        new("until", ValueForm.Text("a day such as 2027-01-31", "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", "2027-01-31"), "The last day, in UTC, on which the rule is looked at."),
        new("owner", ValueForm.Text("a Slack channel (`\"#dev\"` or its id) or a GitHub login (`\"@octocat\"`)", $@"^(#({ValueForm.NameCharacter}|\.){{1,80}}|@({ValueForm.NameCharacter}|\.){{1,80}}|[CDGUW][A-Z0-9]{{6,20}})$", "#dev", "@octocat"), "Who is told, in Slack, when the rule is stopped or has ended."),
        new("max_per_subject", ValueForm.WholeNumber(1, LargestCount), $"How often the rule may act on one subject within an hour ({Rules.Rule.DefaultMaxPerSubject} when it does not say); then it is stopped for that subject and its owner is told."),
        new("bots", ValueForm.Flag, "Whether the rule hears of what bots did. Without it a rule does so only when one of its conditions asks for a `…login` field or for `sender.type`."),
    ])
    {
        Relations =
        [
            new KeyRelation.AtLeastOne("then", "else"),
            new KeyRelation.AtMostOne("wait", "debounce", "digest"),
            new KeyRelation.Needs("cancel_on", "wait"),
            new KeyRelation.Needs("still", "wait"),
        ],
    };

    /// <summary>The time keys of a rule.</summary>
    public static IReadOnlyList<string> Time { get; } = ["wait", "cancel_on", "still", "throttle", "debounce", "digest"];

    /// <summary>The safety switches of a rule.</summary>
    public static IReadOnlyList<string> Switches { get; } = ["mode", "until", "owner", "max_per_subject", "bots"];
}
