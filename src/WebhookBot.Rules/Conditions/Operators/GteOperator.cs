using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class GteOperator() : NumberOperator("gte", "at least", static c => c >= 0,
    new ConditionExample("""additions: { gte: 100, lt: 500 }""", """{"additions":100}""", """{"additions":500}"""));
