using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Compilation;

/// <summary>Compiles <c>retry</c> of a step: <c>{ attempts: 5, base: 10s, max: 10m, max_age: 1h }</c>, a number of attempts alone, or <c>false</c>.</summary>
internal sealed class RetrySection(DiagnosticBag diagnostics)
{
    public RetryPolicy? Compile(YamlNode node)
    {
        switch (node)
        {
            case YamlScalar { Kind: ScalarKind.Boolean, AsBoolean: false }:
                return RetryPolicy.Default with { MaxAttempts = 1 };
            case YamlScalar { Kind: ScalarKind.Number }:
                return RetryPolicy.Default with { MaxAttempts = Attempts(node) };
            case YamlMapping mapping:
                Shape.Keys(mapping, "retry", RuleKeys.Retry, diagnostics);
                return new RetryPolicy(
                    mapping["attempts"] is { } attempts ? Attempts(attempts) : RetryPolicy.Default.MaxAttempts,
                    Delay(mapping["base"], RetryPolicy.Default.BaseDelay),
                    Delay(mapping["max"], RetryPolicy.Default.MaxDelay))
                {
                    MaxAge = mapping["max_age"] is { } age ? Age(age) : null,
                };
            default:
                diagnostics.Error(node.Position, DiagnosticCode.BadRetry, $"'retry' is a number of attempts, false, or {{ attempts: 5, base: 10s, max: 10m }}, found {node.KindInWords}");
                return null;
        }
    }

    private int Attempts(YamlNode node) => Shape.Count(node, "attempts are", RuleKeys.MostAttempts, DiagnosticCode.BadRetry, diagnostics) ?? 1;

    private TimeSpan? Age(YamlNode node)
    {
        if (node is YamlScalar scalar && Durations.TryParse(scalar.Text) is { } age && age > TimeSpan.Zero && age <= TimeSpan.FromDays(365))
        {
            return age;
        }

        diagnostics.Error(node.Position, DiagnosticCode.BadDuration, $"'max_age' is a duration such as 1h or 2d, more than nothing and a year at most; found {node.KindInWords}");
        return null;
    }

    private TimeSpan Delay(YamlNode? node, TimeSpan otherwise)
    {
        if (node is null)
        {
            return otherwise;
        }

        if (node is YamlScalar scalar && Durations.TryParse(scalar.Text) is { } delay && delay <= TimeSpan.FromDays(7))
        {
            return delay;
        }

        diagnostics.Error(node.Position, DiagnosticCode.BadDuration, $"a delay is a duration such as 10s or 5m, seven days at most; found {node.KindInWords}{Durations.Mend(node)}");
        return otherwise;
    }
}
