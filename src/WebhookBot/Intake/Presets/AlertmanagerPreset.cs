using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake.Presets;

/// <summary>
/// Prometheus Alertmanager, which does not sign: bearer or basic authorization from its <c>http_config</c>.
/// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
/// </summary>
internal static class AlertmanagerPreset
{
    public static SourcePreset Create() => new()
    {
        Name = "alertmanager",
        Verify = new VerificationScheme { Algorithm = VerificationAlgorithm.BearerOrBasic, Header = "Authorization" },
        Event = ValueTemplate.FromJson("status"),
        Id = ValueTemplate.Parse("{json:groupKey} {json:status} {json:alerts.fingerprint} {json:alerts.status} {json:alerts.startsAt} {json:alerts.endsAt}"),
        HashesId = true,
        Subjects = [ValueTemplate.FromJson("groupKey")],
        Family = "alert",
        // A notification that is sent again within the hour is Alertmanager's own retry; later it is a repeat that people asked for.
        DedupeWindow = TimeSpan.FromHours(1),
        MaxBodyBytes = 1L << 20,
    };
}
