using System.Text.Json;
using WebhookBot.Journal;
using WebhookBot.Rules;

namespace WebhookBot.Actions;

/// <summary>Something a rule can have done. One class, one line in <c>ActionsSetup.cs</c>.</summary>
public interface IAction
{
    /// <summary>What rule files, the schema, the reference page and the metrics know of it.</summary>
    ActionDescriptor Descriptor { get; }

    /// <summary>Why it cannot be carried out here (a credential is missing), or null when it can. Then it runs as shadow.</summary>
    string? MissingSetting => null;

    /// <summary>The same of one try: what only its arguments name may be missing, too.</summary>
    string? MissingFor(ActionRequest request) => MissingSetting;

    /// <summary>
    /// The outside thing it changes, so that two actions on the same thing are never in flight together (a living message's key);
    /// null when it does not matter.
    /// </summary>
    string? SerialiseBy(ActionRequest request) => null;

    /// <summary>Whom it calls; null when nobody, or when the arguments do not say (which is found when it is carried out).</summary>
    ActionTarget? TargetOf(ActionRequest request) => null;

    /// <summary>
    /// Carries it out, at least once. An outcome for everything the world can answer; an exception only for our own mistakes.
    /// </summary>
    Task<ActionOutcome> ExecuteAsync(ActionRequest request, CancellationToken cancellation);
}

/// <summary>One try of a planned action.</summary>
public sealed record ActionRequest
{
    /// <summary>The idempotency key, the same for every attempt.</summary>
    public required string Key { get; init; }

    /// <summary>The rule that asked for it.</summary>
    public required string Rule { get; init; }

    /// <summary>The rendered arguments, a JSON object checked against the descriptor when the rule was compiled.</summary>
    public required JsonElement Arguments { get; init; }

    /// <summary>The delivery it was planned for.</summary>
    public required ActionOrigin Origin { get; init; }

    /// <summary>The payload of that delivery; an action takes from it what is not an argument (the repository, the installation).</summary>
    public required JsonElement Payload { get; init; }

    /// <summary>True when an earlier try may have done it without our knowing: what can be looked up is looked up before it is done again.</summary>
    public bool MayHaveHappened { get; init; }

    /// <summary>Since when it may have been done.</summary>
    public DateTimeOffset Since => TriedSince ?? Origin.ReceivedAt;

    /// <summary>Since when another plan tried it; null when none did.</summary>
    public DateTimeOffset? TriedSince { get; init; }

    /// <summary>What it tells in place of its own text: others that waited with it. Usually null.</summary>
    public ActionPile? Pile { get; init; }
}
