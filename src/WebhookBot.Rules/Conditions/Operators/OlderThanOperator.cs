using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class OlderThanOperator() : AgeOperator("older_than", "longer than", static (age, limit) => age > limit,
    new ConditionExample("""updated_at: { older_than: 7d }""", """{"updated_at":"2025-12-20T12:00:00Z"}""", """{"updated_at":"2026-01-04T12:00:00Z"}"""));
