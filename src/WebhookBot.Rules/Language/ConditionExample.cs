namespace WebhookBot.Rules.Language;

/// <summary>A condition, and two payloads that tell what it means. The tests try each of them.</summary>
/// <param name="Condition">The condition as it stands in a rule file.</param>
/// <param name="Holds">A payload for which it holds.</param>
/// <param name="Fails">A payload for which it does not.</param>
public sealed record ConditionExample(string Condition, string Holds, string Fails);

/// <summary>A row of the <c>if</c> table.</summary>
/// <param name="Written">How the value is written.</param>
/// <param name="Holds">When it holds.</param>
/// <param name="Example">A condition with it.</param>
public sealed record ConditionRow(string Written, string Holds, ConditionExample Example);
