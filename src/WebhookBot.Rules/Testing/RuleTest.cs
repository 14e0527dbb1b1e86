using System.Text.Json;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Testing;

/// <summary>One test of a test file: an event and the plan that is expected of it.</summary>
public sealed record RuleTest
{
    public required string Name { get; init; }

    public required SourcePosition Position { get; init; }

    /// <summary>The event's name: <c>github.pull_request.opened</c>.</summary>
    public required string Event { get; init; }

    /// <summary>The payload, overrides applied.</summary>
    public required byte[] Payload { get; init; }

    public required IReadOnlyDictionary<string, FactValue> Facts { get; init; }

    /// <summary>When the delivery is received.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What is expected of each rule that is named.</summary>
    public required IReadOnlyList<RuleExpectation> Expectations { get; init; }
}

/// <summary>What a test expects of one rule.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Position">Where it is written.</param>
/// <param name="Actions">The actions, in order; null when the rule is not to match.</param>
public sealed record RuleExpectation(string Rule, SourcePosition Position, IReadOnlyList<ExpectedAction>? Actions);

/// <summary>An action that is expected, with the arguments that are to be equal; others may be anything.</summary>
public sealed record ExpectedAction(string Action, JsonElement Arguments);

/// <summary>What came of one test.</summary>
/// <param name="Test">The test.</param>
/// <param name="Failures">What was not as expected, in lines for a person; empty when it passed.</param>
public sealed record RuleTestResult(RuleTest Test, IReadOnlyList<string> Failures)
{
    public bool Passed => Failures.Count == 0;
}
