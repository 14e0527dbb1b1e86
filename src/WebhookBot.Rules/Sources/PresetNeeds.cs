namespace WebhookBot.Rules.Sources;

/// <summary>Something that a source of a preset says besides its secret.</summary>
/// <param name="Name">Its key, one of <see cref="Language.SourceKeys.Options"/>.</param>
/// <param name="IsRequired">Whether it must.</param>
public sealed record PresetOption(string Name, bool IsRequired = true);

/// <summary>What a source of a preset must and may say.</summary>
/// <param name="Secret">Whether it needs a secret.</param>
/// <param name="Options">What it says besides.</param>
public sealed record PresetNeeds(bool Secret, IReadOnlyList<PresetOption> Options);
