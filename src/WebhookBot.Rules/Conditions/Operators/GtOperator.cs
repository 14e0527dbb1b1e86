using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class GtOperator() : NumberOperator("gt", "greater than", static c => c > 0,
    new ConditionExample("""additions: { gt: 500 }""", """{"additions":501}""", """{"additions":500}"""));
