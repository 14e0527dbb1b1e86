using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class LtOperator() : NumberOperator("lt", "less than", static c => c < 0,
    new ConditionExample("""score: { lt: 0.5 }""", """{"score":0.49}""", """{"score":0.5}"""));
