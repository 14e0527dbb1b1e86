namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class GtOperator() : NumberOperator("gt", "greater than", static c => c > 0);
