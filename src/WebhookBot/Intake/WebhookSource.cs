using System.Net;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>A source in force: a preset's or a rule file's data, with its secrets.</summary>
public sealed class WebhookSource
{
    private WebhookSource(string name, SourcePreset shape, IReadOnlyList<byte[]> secrets, IReadOnlyList<IPNetwork> allowFrom)
    {
        Name = name;
        Shape = shape;
        Secrets = secrets;
        AllowFrom = allowFrom;
        Fields = new BodyFields([shape.Event, shape.Id, .. shape.Subjects]);
    }

    /// <summary>Webhooks come to <c>/hooks/{name}</c>.</summary>
    public string Name { get; }

    public SourcePreset Shape { get; }

    /// <summary>The secrets, any of which verifies. With none, nothing does.</summary>
    internal IReadOnlyList<byte[]> Secrets { get; }

    /// <summary>The networks it may send from; empty when any.</summary>
    public IReadOnlyList<IPNetwork> AllowFrom { get; }

    internal BodyFields Fields { get; }

    /// <summary>The source of that definition with those secrets. A definition's own places win over its preset's.</summary>
    public static WebhookSource Create(SourceDefinition definition, IReadOnlyList<byte[]> secrets)
    {
        var shape = PresetCatalog.Find(definition.Preset) ?? new SourcePreset
        {
            Name = definition.Name,
            Verify = definition.Verify!,
            Event = definition.Event!,
            Id = definition.Id ?? ValueTemplate.Parse(""),
            HashesId = true,
        };
        shape = shape with
        {
            Event = definition.Event ?? shape.Event,
            Id = definition.Id ?? shape.Id,
            HashesId = definition.Id is null && shape.HashesId,
            Subjects = definition.Subject is { } subject ? [subject] : shape.Subjects,
        };
        return new WebhookSource(definition.Name, shape, secrets, definition.AllowFrom);
    }
}
