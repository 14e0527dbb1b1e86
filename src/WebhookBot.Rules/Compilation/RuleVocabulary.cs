using WebhookBot.Rules.Knowledge;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Rules.Compilation;

/// <summary>What rule files may refer to, as the service knows it.</summary>
/// <param name="Actions">The actions.</param>
/// <param name="Presets">The presets a source may name.</param>
/// <param name="Facts">The facts a condition or a template may read, without <c>facts.</c>.</param>
/// <param name="Events">What is known of a preset's events; null for a preset, or altogether, when nothing is.</param>
public sealed record RuleVocabulary(
    ActionCatalog Actions,
    IReadOnlyCollection<string> Presets,
    IReadOnlyCollection<string> Facts,
    Func<string, EventCatalog?>? Events = null)
{
    /// <summary>What facts and presets are, in a sentence: by <c>facts.changed_files</c>, <c>preset.github</c>. For the editor and the reference page.</summary>
    public IReadOnlyDictionary<string, string> Descriptions { get; init; } = new Dictionary<string, string>();

    /// <summary>What the types of the events begin with that have a fact, by its name; a fact that is not in here every event has.</summary>
    public IReadOnlyDictionary<string, string> FactTypes { get; init; } = new Dictionary<string, string>();

    /// <summary>What a source of that preset must and may say; a secret and nothing else where nothing is known.</summary>
    public Func<string, PresetNeeds?>? Needs { get; init; }

    /// <summary>The published lists of networks that <c>allow_from</c> may name.</summary>
    public IReadOnlyCollection<string> NetworkLists { get; init; } = [];

    /// <summary>The variables that the files themselves define.</summary>
    internal IReadOnlyCollection<string> Vars { get; init; } = [];

    /// <summary>The day (UTC) on which the rules are checked; null when that is not told.</summary>
    internal DateOnly? Today { get; init; }

    /// <summary>Reads the text files that rule files name.</summary>
    internal TextFiles Texts { get; init; } = TextFiles.None;
}
