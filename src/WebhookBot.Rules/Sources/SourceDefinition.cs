using System.Net;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Sources;

/// <summary>The name of a setting that holds a secret.</summary>
/// <param name="Name">The setting.</param>
/// <param name="Until">When the secret ends; null when it does not.</param>
public sealed record SecretReference(string Name, DateTimeOffset? Until = null);

/// <summary>A source as a rule file defines it: a preset's name, or everything a preset would say. Never holds a secret.</summary>
public sealed record SourceDefinition
{
    /// <summary>Its name; webhooks come to <c>/hooks/{name}</c>.</summary>
    public required string Name { get; init; }

    public required SourcePosition Position { get; init; }

    /// <summary>The preset it is an instance of; null for a free-form source.</summary>
    public string? Preset { get; init; }

    /// <summary>The names of the settings that hold its secrets; any of them verifies.</summary>
    public required IReadOnlyList<SecretReference> Secrets { get; init; }

    /// <summary>How it proves itself, when it says so itself; wins over the preset's ways.</summary>
    public VerificationScheme? Verify { get; init; }

    /// <summary>Where the event's name stands, without the source's.</summary>
    public ValueTemplate? Event { get; init; }

    /// <summary>Where the delivery's id stands.</summary>
    public ValueTemplate? Id { get; init; }

    /// <summary>Where the subject stands, without the source's name.</summary>
    public ValueTemplate? Subject { get; init; }

    /// <summary>Whether the same event with the same body is the same delivery, whatever id it comes with.</summary>
    public bool IsKnownByBody { get; init; }

    /// <summary>The networks it may send from; empty when any.</summary>
    public IReadOnlyList<IPNetwork> AllowFrom { get; init; } = [];

    /// <summary>Names of published lists of networks it may send from, such as <c>github</c>.</summary>
    public IReadOnlyList<string> AllowFromLists { get; init; } = [];

    /// <summary>What else the preset asks for, by the preset's own word: <c>audience</c>, <c>topics</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Options { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The single value of that option, or null.</summary>
    public string? Option(string name) => Options.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;
}
