namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class OlderThanOperator() : AgeOperator("older_than", "longer than", static (age, limit) => age > limit);
