using System.Text.Json;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Testing;

/// <summary>One test of a test file: events, and what is expected of the rules.</summary>
public sealed record RuleTest
{
    public required string Name { get; init; }

    public required SourcePosition Position { get; init; }

    /// <summary>The events, in the order of their time.</summary>
    public required IReadOnlyList<PlayedEvent> Events { get; init; }

    /// <summary>What is expected of each rule that is named.</summary>
    public required IReadOnlyList<RuleExpectation> Expectations { get; init; }

    /// <summary>What is wrong with how it is written. A test with a mistake fails without being run.</summary>
    public IReadOnlyList<Diagnostic> Mistakes { get; init; } = [];
}

/// <summary>An event of a test.</summary>
/// <param name="Name">Its name: <c>github.pull_request.opened</c>.</param>
/// <param name="Payload">The payload, overrides applied.</param>
/// <param name="Facts">What the facts are.</param>
/// <param name="At">When the delivery is received.</param>
public sealed record PlayedEvent(string Name, byte[] Payload, IReadOnlyDictionary<string, FactValue> Facts, DateTimeOffset At);

/// <summary>What a test expects of one rule.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Position">Where it is written.</param>
/// <param name="Actions">The actions, in order; null when the rule is not to match.</param>
public sealed record RuleExpectation(string Rule, SourcePosition Position, IReadOnlyList<ExpectedAction>? Actions);

/// <summary>An action that is expected.</summary>
/// <param name="Action">Its name.</param>
/// <param name="Arguments">The arguments that are to be equal; others may be anything.</param>
/// <param name="Waits">How long after its event it is to be done; null for whenever.</param>
public sealed record ExpectedAction(string Action, JsonElement Arguments, TimeSpan? Waits = null);

/// <summary>What came of a test.</summary>
/// <param name="Test">The test.</param>
/// <param name="Failures">What was not as expected, in lines for a person; empty when it passed.</param>
public sealed record RuleTestResult(RuleTest Test, IReadOnlyList<string> Failures)
{
    public bool Passed => Failures.Count == 0;
}
