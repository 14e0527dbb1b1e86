using WebhookBot.Rules.Knowledge;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake.Presets;

/// <summary>
/// GitHub, github.com and Enterprise Server. Signature, headers, the 25 MB cap and the id that stays the same on redelivery:
/// https://docs.github.com/en/webhooks/webhook-events-and-payloads
/// </summary>
internal static class GitHubPreset
{
    public static SourcePreset Create() => new()
    {
        Name = "github",
        Description = "GitHub, github.com and Enterprise Server: X-Hub-Signature-256, an HMAC of the body with the secret of the webhook.",
        Verify = new VerificationScheme { Algorithm = VerificationAlgorithm.HmacSha256, Header = "X-Hub-Signature-256", Prefix = "sha256=" },
        Event = ValueTemplate.Parse("{header:X-GitHub-Event}{json:action?}"),
        Id = ValueTemplate.FromHeader("X-GitHub-Delivery"),
        Subjects =
        [
            ValueTemplate.Parse("{json:repository.full_name}#{json:pull_request.number}"),
            ValueTemplate.Parse("{json:repository.full_name}#{json:issue.number}"),
            ValueTemplate.Parse("{json:repository.full_name}#{json:discussion.number}"),
            ValueTemplate.Parse("{json:repository.full_name}@{json:workflow_run.head_sha}"),
            ValueTemplate.Parse("{json:repository.full_name}@{json:check_run.head_sha}"),
            ValueTemplate.Parse("{json:repository.full_name}@{json:check_suite.head_sha}"),
            ValueTemplate.Parse("{json:repository.full_name}@{json:deployment.sha}"),
            ValueTemplate.Parse("{json:repository.full_name}@{json:sha}"),
            ValueTemplate.Parse("{json:repository.full_name}@{json:ref}"),
            ValueTemplate.Parse("{json:repository.full_name}"),
            ValueTemplate.Parse("{json:organization.login}"),
        ],
        Actor = new ActorShape("sender", "login", "type", "Bot"),
        Events = new(() => EventCatalog.Parse(Resource("github.events.txt"), Resource("github.additions.txt"))),
        ContentTypeAdvice = "set the webhook's \"Content type\" to application/json in its settings; application/x-www-form-urlencoded is not read",
    };

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(GitHubPreset).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
