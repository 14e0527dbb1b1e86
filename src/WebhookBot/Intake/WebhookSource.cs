using System.Net;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>A source in force: a preset's or a rule file's data, with its secrets.</summary>
internal sealed class WebhookSource
{
    private static readonly TimeSpan KnownByBody = TimeSpan.FromDays(7);

    private WebhookSource(SourceDefinition definition, SourcePreset shape, WebhookVerifier verifier, IReadOnlyList<SourceSecret> secrets)
    {
        LacksSecret = secrets.Count == 0 && definition.Secrets.Count > 0;
        DevelopmentSecrets = [.. secrets.Where(s => s.IsMadeUp).Select(s => s.Name)];
        UnusableSecrets = shape.OwnCheck is null && shape.Verify.Count > 0 ? [.. secrets.Where(s => WebhookVerifier.WayOf(shape, s.Value.Reveal()) is null).Select(s => s.Name)] : [];
        Definition = definition;
        Shape = shape;
        Verifier = verifier;
        Fields = new BodyFields([.. shape.Events, .. shape.Ids, .. shape.Subjects]);
    }

    /// <summary>Webhooks come to <c>/hooks/{name}</c>.</summary>
    public string Name => Definition.Name;

    /// <summary>As the rule files have it.</summary>
    public SourceDefinition Definition { get; }

    public SourcePreset Shape { get; }

    /// <summary>Whether none of its secrets is set, so that it refuses everything.</summary>
    public bool LacksSecret { get; }

    /// <summary>The settings that are not set and have a secret that was made up.</summary>
    public IReadOnlyList<string> DevelopmentSecrets { get; }

    /// <summary>The settings whose value is no secret that its sender can have.</summary>
    public IReadOnlyList<string> UnusableSecrets { get; }

    /// <summary>Tells who may send.</summary>
    public WebhookVerifier Verifier { get; }

    /// <summary>The fields of the body that its names are made of.</summary>
    public BodyFields Fields { get; }

    /// <summary>Whether its deliveries are known by something else than the sender's own ids.</summary>
    public bool HasOwnIds => Definition.IsKnownByBody || Definition.Id is not null;

    /// <summary>The source of that definition with those secrets.</summary>
    public static WebhookSource Create(SourceDefinition definition, IReadOnlyList<SourceSecret> secrets, CheckTools tools)
    {
        var shape = ShapeOf(definition);
        var input = new CheckInput(secrets, name => definition.Options.GetValueOrDefault(name) ?? [], tools);
        return new WebhookSource(definition, shape, WebhookVerifier.Create(shape, input), secrets);
    }

    /// <summary>What a definition says of its sender. A definition's own places win over its preset's.</summary>
    public static SourcePreset ShapeOf(SourceDefinition definition)
    {
        var shape = PresetCatalog.Find(definition.Preset) ?? new SourcePreset
        {
            Name = definition.Name,
            Events = [],
            ContentTypes = ["application/json", "application/cloudevents+json"],
            MaxBodyBytes = 25L << 20,
        };
        return shape with
        {
            Verify = definition.Verify is { } verify ? [verify] : shape.Verify,
            OwnCheck = definition.Verify is null ? shape.OwnCheck : null,
            Events = definition.Event is { } name ? [name] : shape.Events,
            Ids = definition.IsKnownByBody ? [] : definition.Id is { } id ? [id] : shape.Ids,
            HashesId = definition.Id is null && shape.HashesId,
            DedupeWindow = definition.IsKnownByBody ? KnownByBody : shape.DedupeWindow,
            Subjects = definition.Subject is { } subject ? [subject] : shape.Subjects,
        };
    }

    /// <summary>Whether it may send from there, as far as the networks go that the rule files name.</summary>
    public bool Allows(IPAddress? address, NetworkLists lists)
    {
        if (Definition.AllowFrom.Count == 0 && Definition.AllowFromLists.Count == 0)
        {
            return true;
        }

        var peer = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return peer is not null
            && (Definition.AllowFrom.Any(n => n.Contains(peer)) || Definition.AllowFromLists.Any(l => lists.Find(l).Any(n => n.Contains(peer))));
    }
}
