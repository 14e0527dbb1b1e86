namespace WebhookBot.Rules;

/// <summary>The rule set that decides now. It changes as a whole; a stage reads it once for each piece of work.</summary>
public interface IRuleSetInForce
{
    /// <summary>The last good rule set.</summary>
    RuleSet Current { get; }
}
