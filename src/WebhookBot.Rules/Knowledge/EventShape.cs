namespace WebhookBot.Rules.Knowledge;

/// <summary>An event that a sender is known to send.</summary>
/// <param name="Type">What it is about: <c>pull_request</c>.</param>
/// <param name="Action">What happened to it: <c>opened</c>. Null for an event without actions, a star for one whose actions are free.</param>
/// <param name="Payload">What the body holds.</param>
public sealed record EventShape(string Type, string? Action, FieldShape Payload)
{
    /// <summary>What paths without <c>payload.</c> see: the payload, and in front of it the views.</summary>
    public FieldShape Seen { get; init; } = Payload;

    /// <summary><c>pull_request.opened</c>, without the source.</summary>
    public string Name => Action is null ? Type : $"{Type}.{Action}";

    internal bool HasFreeAction => Action == "*";
}
