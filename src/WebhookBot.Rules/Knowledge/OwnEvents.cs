using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Knowledge;

/// <summary>
/// What is known of the events that the bot itself names: the family of alerts, the schedules of rules, what digests tell, and what becomes of
/// its own work.
/// </summary>
internal static class OwnEvents
{
    // What an alert source sends is its own affair; what all of them have in common stands in the view.
    private const string Alerts = """
        event firing
          - Event
        event resolved
          - Event
        type Event
          * anything
        """;

    // "delivery" stands in a path for the event's own delivery, so the payload's is written payload.delivery.
    private const string Bot = """
        event dead_letter
          - DeadLetter
        event missed_deliveries
          - MissedDeliveries
        event breaker_open
          - Breaker
        event breaker_closed
          - BreakerEnd
        type BreakerEnd
          kind text
          target text
        type Breaker
          kind text
          target text
          detail text
        type DeadLetter
          delivery text
          event text
          rule text
          action text
          key text
          attempts number
          detail text
        type MissedDeliveries
          source text
          from time
          to time
          missing number
          asked number
          lost number
          unknown_before time
        """;

    private const string Shapes = """
        event schedule
          - Schedule
        event digest
          - Digest
        event delivery
          - Delivery
        type Schedule
          rule text
          schedule text
          zone text
          scheduled_for time
          missed number
        type Digest
          rule text
          key text
          count number
        type Delivery
          id text
          source text
          event text
          subject text
          received_at time
        """;

    private static readonly EventCatalog Known = EventCatalog.Parse(Shapes);

    /// <summary>The common names of alerts.</summary>
    public static EventCatalog OfAlerts { get; } = new(EventCatalog.Parse(Alerts, EventCatalog.AlertView).Events) { IsComplete = true };

    /// <summary>The common names of alerts, with the fields of these events that tell of alerts; of any fields when none does.</summary>
    public static EventCatalog OfAlertsFrom(IEnumerable<EventShape> events)
    {
        var payloads = events.Where(e => IsAlert(e)).Select(e => e.Payload.Fields!).Distinct().ToList();
        if (payloads.Count == 0)
        {
            return OfAlerts;
        }

        var all = FieldShape.Of(ObjectShape.Union(Alert.Family, payloads));
        var seen = new ObjectShape(Alert.Family);
        seen.Extend(all.Fields!);
        seen.Add(Alert.Family, OfAlerts.Find("firing", null)!.Seen.Fields!.Find(Alert.Family)!);
        return new(OfAlerts.Events.Select(e => e with { Payload = all, Seen = FieldShape.Of(seen) })) { IsComplete = true };
    }

    /// <summary>What the bot tells of itself.</summary>
    public static EventCatalog OfBot { get; } = new(EventCatalog.Parse(Bot).Events) { IsComplete = true };

    /// <summary>The events that these rules fire by.</summary>
    public static EventCatalog OfSchedules(IEnumerable<Rule> rules) =>
        new(rules.Where(r => r.Schedule is not null).Select(r => ScheduleOf(r.Name))) { IsComplete = true };

    /// <summary>What a digest's steps see when it gathered an event with that payload, which rules saw so.</summary>
    public static FieldShape DigestOf(FieldShape payload, FieldShape seen)
    {
        var shape = new ObjectShape(Digest.Source);
        shape.Extend(ShapeOf(Digest.Source).Fields!);
        shape.Add("events", FieldShape.ArrayOf(Gathered(payload, seen)));
        return FieldShape.Of(shape);
    }

    // A rule's name may have dots, and its event has two parts then, as an event with an action.
    private static EventShape ScheduleOf(string rule) =>
        rule.Split('.', 2) is [var type, var action] ? new EventShape(type, action, ShapeOf(RuleSchedule.Source)) : new EventShape(rule, null, ShapeOf(RuleSchedule.Source));

    private static bool IsAlert(EventShape e) => e.Seen.Fields?.Names.Contains(Alert.Family) == true && e.Payload.Fields is not null && !ReferenceEquals(e.Seen, e.Payload);

    private static FieldShape Gathered(FieldShape payload, FieldShape seen)
    {
        if (payload.Fields is not { } fields)
        {
            return FieldShape.Anything;
        }

        var element = new ObjectShape(fields.Name);
        element.Extend(fields);
        if (seen.Fields?.Find(Alert.Family) is { } alert)
        {
            element.Add(Alert.Family, alert);
        }

        element.Add("delivery", ShapeOf("delivery"));
        return FieldShape.Of(element);
    }

    private static FieldShape ShapeOf(string name) => Known.Find(name, null)!.Payload;
}
