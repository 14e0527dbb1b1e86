namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class NewerThanOperator() : AgeOperator("newer_than", "less than", static (age, limit) => age < limit);
