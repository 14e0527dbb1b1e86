using System.Text.Json;
using WebhookBot.Rules;

namespace WebhookBot.Intake;

/// <summary>The alert sources of the rule set in force, by what their presets know.</summary>
internal sealed class AlertSources(SourceRegistry sources) : IAlertSources
{
    public IReadOnlyCollection<string> Names => [.. sources.All.Where(s => s.Shape.Alerts is not null).Select(s => s.Name)];

    public IReadOnlyList<Alert> Read(string source, JsonElement payload) => sources.Find(source)?.Shape.Alerts?.Invoke(payload) ?? [];

    public Alert? View(string source, JsonElement payload, string? subject) => sources.Find(source) is { } known ? EventReader.AlertOf(known.Shape, payload, subject) : null;
}
