using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class LteOperator() : NumberOperator("lte", "at most", static c => c <= 0,
    new ConditionExample("""number: { lte: 10 }""", """{"number":10}""", """{"number":11}"""));
