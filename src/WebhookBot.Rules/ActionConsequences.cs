namespace WebhookBot.Rules;

/// <summary>
/// An event that an action makes the service send which it acts on. Only what is certain stands here: <c>check</c> warns by it of rules
/// that trigger themselves.
/// </summary>
/// <param name="Event">
/// The event, with the name of the preset in front: <c>github.issues.labeled</c>. <c>{argument}</c> stands for that argument's text.
/// </param>
public sealed record EventCause(string Event)
{
    /// <summary>The argument without which the action does not cause it; null when it always does.</summary>
    public string? With { get; init; }

    /// <summary>The argument with which the action does not cause it; null when there is none.</summary>
    public string? Without { get; init; }

    /// <summary>
    /// Fields, and objects with all their fields, that are in the caused event what they were in one of the same name on which the action
    /// was done. A rule that asks for anything else may be kept from triggering itself by it.
    /// </summary>
    public IReadOnlyList<string> Keeps { get; init; } = [];
}

/// <summary>A state of its target that an action switches on or off, so that two actions can undo each other.</summary>
/// <param name="State">What is switched: <c>label</c>. Actions that share a state share its word.</param>
/// <param name="IsOn">Whether it is switched on.</param>
/// <param name="Argument">The argument that lists which ones; null when the action has only one.</param>
public sealed record StateEffect(string State, bool IsOn, string? Argument = null);
