namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class LteOperator() : NumberOperator("lte", "at most", static c => c <= 0);
