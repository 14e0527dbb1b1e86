using WebhookBot.Intake;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Cli;

/// <summary>Events out of payloads that did not come in as deliveries: samples, files, tests.</summary>
internal static class SampleEvents
{
    /// <summary>The event as the intake would have named it; what the payload alone tells, it tells.</summary>
    public static WebhookEvent Read(RuleSet rules, string name, byte[] payload, DateTimeOffset at)
    {
        var sourceName = name.Split('.')[0];
        var shape = Shape(rules, sourceName);
        var e = new WebhookEvent
        {
            DeliveryId = "sample",
            Source = sourceName,
            Name = name,
            Subject = Subject(shape, sourceName, payload),
            ReceivedAt = at,
            Payload = DeliveryBody.Parse(payload),
        };
        return EventReader.Complete(e, shape);
    }

    /// <summary>The shape of the source of that name; where the rule files name no such source, the preset's of that name.</summary>
    public static SourcePreset? Shape(RuleSet rules, string source) =>
        rules.Sources.FirstOrDefault(s => s.Name == source) is { } definition ? WebhookSource.ShapeOf(definition) : PresetCatalog.Find(source);

    private static string? Subject(SourcePreset? shape, string source, byte[] payload)
    {
        var fields = new BodyFields(shape?.Subjects ?? []);
        if (BodyJson.Read(payload, fields, out _) is not { } values)
        {
            return null;
        }

        string? Value(ValuePart part) => part.Place == ValuePlace.Json ? values[fields.IndexOf(part.Text)] : null;
        return shape?.Subjects.Select(s => s.Render(Value)).FirstOrDefault(s => s is not null) is { } subject ? $"{source}:{subject}" : null;
    }
}
