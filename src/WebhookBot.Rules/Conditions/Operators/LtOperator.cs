namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class LtOperator() : NumberOperator("lt", "less than", static c => c < 0);
