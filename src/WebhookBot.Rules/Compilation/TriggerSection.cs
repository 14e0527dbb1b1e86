using System.Text.RegularExpressions;
using WebhookBot.Rules.Language;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Compilation;

/// <summary>Compiles <c>on</c>: names of events, and a schedule.</summary>
internal sealed partial class TriggerSection(RuleVocabulary vocabulary, DiagnosticBag diagnostics)
{
    /// <summary>The patterns, and the schedule when there is one; its own event is among the patterns then.</summary>
    public (IReadOnlyList<Trigger> Triggers, RuleSchedule? Schedule) Compile(YamlNode? node, YamlScalar rule)
    {
        if (node is null)
        {
            diagnostics.Error(rule.Position, DiagnosticCode.MissingKey, $"the rule '{Suggestion.Shorten(rule.Text)}' never fires; add 'on' with an event such as github.pull_request.opened");
            return ([], null);
        }

        var items = node is YamlSequence { Items.Count: > 0 } list ? list.Items : [node];
        var triggers = new List<Trigger>();
        RuleSchedule? schedule = null;
        foreach (var item in items)
        {
            if (item is YamlMapping mapping)
            {
                if (schedule is not null)
                {
                    diagnostics.Error(item.Position, DiagnosticCode.BadSchedule, "a rule has one schedule; cron lists times as in '0 9,17 * * *'");
                }

                schedule = CompileSchedule(mapping) ?? schedule;
            }
            else if (CompilePattern(item) is { } trigger)
            {
                triggers.Add(trigger);
            }
        }

        if (schedule is not null)
        {
            triggers.Add(new Trigger(RuleSchedule.EventOf(rule.Text), node.Position));
        }

        return (triggers, schedule);
    }

    /// <summary>One name of an event, or a list of them.</summary>
    public IReadOnlyList<Trigger> CompilePatterns(YamlNode? node) =>
        [.. Shape.Texts(node, "the name of an event", diagnostics).Select(CompilePattern).OfType<Trigger>()];

    private Trigger? CompilePattern(YamlNode node)
    {
        if (node is not YamlScalar { Kind: not ScalarKind.Null } pattern)
        {
            diagnostics.WrongKind(node, "the name of an event, or a list of them");
            return null;
        }

        if (TriggerPattern().IsMatch(pattern.Text) && pattern.Text.Length <= 200)
        {
            return new Trigger(pattern.Text, pattern.Position);
        }

        if (EventMend.Of(pattern.Text, vocabulary) is { } mend)
        {
            diagnostics.Error(pattern.Position, DiagnosticCode.BadTrigger, $"'{Suggestion.Shorten(pattern.Text)}' lacks the source that sends it{mend}");
            return null;
        }

        diagnostics.Error(pattern.Position, DiagnosticCode.BadTrigger, $"'{Suggestion.Shorten(pattern.Text)}' names no event; write source.type.action, such as github.pull_request.opened, github.* or alertmanager.firing{EventMend.OfSchedule(pattern.Text)}");
        return null;
    }

    // on: { pull_request: { types: [opened] } }
    private string? MendOfMapping(string key) =>
        ForeignKeys.Mend(RuleKeys.Schedule, key) is null && EventMend.Of(key, vocabulary) is { } mend ? $"{mend}, without braces: on: [github.push, github.pull_request.opened]" : null;

    private RuleSchedule? CompileSchedule(YamlMapping mapping)
    {
        Shape.Keys(mapping, "a schedule", RuleKeys.Schedule, diagnostics, MendOfMapping);
        if (mapping["schedule"] is not { } node)
        {
            if (mapping.Entries.Any(e => ForeignKeys.Mend(RuleKeys.Schedule, e.Key.Text) is not null || MendOfMapping(e.Key.Text) is not null))
            {
                return null;
            }

            diagnostics.Error(mapping.Position, DiagnosticCode.MissingKey, "'on' takes the name of an event, a list of them, or { schedule: \"0 9 * * MON\", zone: Europe/Oslo }");
            return null;
        }

        var zone = ZoneName.Read(mapping["zone"], DiagnosticCode.BadSchedule, diagnostics);
        if (Shape.Text(node, "five fields of cron", diagnostics) is not { } cron || zone is null)
        {
            return null;
        }

        if (RuleSchedule.TryParse(cron, zone, out var problem) is { } schedule)
        {
            return schedule;
        }

        diagnostics.Error(node.Position, DiagnosticCode.BadSchedule, $"'{Suggestion.Shorten(cron)}' is no schedule: {problem}; five fields: minute hour day month weekday, as in \"0 9 * * MON-FRI\"");
        return null;
    }

    [GeneratedRegex(@"^(\*|(\*|[\w-]+)(\.(\*|[\w:/-]+))+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex TriggerPattern();
}

/// <summary>Reads names of time zones.</summary>
internal static class ZoneName
{
    /// <summary>The zone; UTC when none is named; null after reporting that there is no such.</summary>
    public static TimeZoneInfo? Read(YamlNode? node, string code, DiagnosticBag diagnostics)
    {
        if (node is null)
        {
            return TimeZoneInfo.Utc;
        }

        if (Shape.Text(node, "an IANA time zone", diagnostics) is not { } name)
        {
            return null;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return zone;
        }

        diagnostics.Error(node.Position, code, Unknown(name));
        return null;
    }

    /// <summary>That there is no such zone, in words.</summary>
    public static string Unknown(string name) => $"'{Suggestion.Shorten(name)}' is no time zone of this machine; write it as Europe/Oslo";
}
