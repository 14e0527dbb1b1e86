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
        var definition = rules.Sources.FirstOrDefault(s => s.Name == sourceName);
        var shape = definition is null ? PresetCatalog.Find(sourceName) : WebhookSource.Create(definition, []).Shape;
        var json = DeliveryBody.Parse(payload);
        return new WebhookEvent
        {
            DeliveryId = "sample",
            Source = sourceName,
            Name = name,
            Aliases = shape?.Family is { } family ? [family + name[sourceName.Length..]] : [],
            Subject = Subject(shape, sourceName, payload),
            ReceivedAt = at,
            Actor = shape?.Actor?.Read(json),
            Payload = json,
        };
    }

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
