using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class NewerThanOperator() : AgeOperator("newer_than", "less than", static (age, limit) => age < limit,
    new ConditionExample("""created_at: { newer_than: 1h30m }""", """{"created_at":"2026-01-05T11:00:00Z"}""", """{"created_at":"2026-01-05T10:00:00Z"}"""));
