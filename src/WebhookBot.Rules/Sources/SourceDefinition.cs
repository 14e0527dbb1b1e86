using System.Net;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Sources;

/// <summary>A source as a rule file defines it: a preset's name, or everything a preset would say. Never holds a secret.</summary>
public sealed record SourceDefinition
{
    /// <summary>Its name; webhooks come to <c>/hooks/{name}</c>.</summary>
    public required string Name { get; init; }

    public required SourcePosition Position { get; init; }

    /// <summary>The preset it is an instance of; null for a free-form source.</summary>
    public string? Preset { get; init; }

    /// <summary>The names of the settings that hold its secrets; any of them verifies.</summary>
    public required IReadOnlyList<string> Secrets { get; init; }

    /// <summary>How a free-form source proves itself.</summary>
    public VerificationScheme? Verify { get; init; }

    /// <summary>Where the event's name stands, without the source's.</summary>
    public ValueTemplate? Event { get; init; }

    /// <summary>Where the delivery's id stands.</summary>
    public ValueTemplate? Id { get; init; }

    /// <summary>Where the subject stands, without the source's name.</summary>
    public ValueTemplate? Subject { get; init; }

    /// <summary>The networks it may send from; empty when any.</summary>
    public IReadOnlyList<IPNetwork> AllowFrom { get; init; } = [];
}
