using WebhookBot.Facts;
using WebhookBot.Rules;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Pipeline;

/// <summary>Asks the rules in force about an event, and fetches the facts that they need for an answer.</summary>
public sealed class EventMatcher(IRuleSetInForce rules, FactCollector facts)
{
    /// <summary>Which rules apply.</summary>
    public async Task<MatchedEvent> MatchAsync(WebhookEvent e, CancellationToken cancellation)
    {
        var matched = MatchAsItIs(e);
        while (matched.Result.FactsWanted.Count > 0)
        {
            var complete = await facts.CompleteAsync(matched.Event, matched.Result.FactsWanted, cancellation);
            matched = new MatchedEvent(matched.Rules, complete, RuleMatcher.Match(matched.Rules, complete));
        }

        return matched;
    }

    /// <summary>Which rules apply with the facts that the event carries; nobody is asked for others.</summary>
    public MatchedEvent MatchAsItIs(WebhookEvent e)
    {
        var set = rules.Current;
        return new MatchedEvent(set, e, RuleMatcher.Match(set, e));
    }
}

/// <summary>Which rules apply to an event.</summary>
/// <param name="Rules">The rules that were asked.</param>
/// <param name="Event">The event with the facts that they asked for.</param>
/// <param name="Result">What came of it.</param>
public sealed record MatchedEvent(RuleSet Rules, WebhookEvent Event, MatchResult Result);
