namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class GteOperator() : NumberOperator("gte", "at least", static c => c >= 0);
