using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Actions;

/// <summary>Whether an action is done about what the bot told of itself.</summary>
internal static class BotOrigin
{
    // A digest does not say what it gathered; the rule that gathers says what it listens to.
    public static bool Is(ActionLease lease, RuleSet rules) =>
        lease.Origin.Source == BotEvents.Source
        || (lease.Origin.Source == Digest.Source
            && rules.Rules.FirstOrDefault(r => r.Name == lease.Action.Rule) is { } rule
            && BotEvents.All.Any(e => rule.Triggers.Any(t => t.Fits(e))));
}
