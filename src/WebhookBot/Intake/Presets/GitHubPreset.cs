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
        Verify = [VerificationScheme.Hmac("X-Hub-Signature-256", "sha256=")],
        MaxBodyBytes = 25L << 20,
        Waits = TimeSpan.FromSeconds(10),
        Events = [ValueTemplate.Parse("{header:X-GitHub-Event}{json:action?}")],
        Ids = [ValueTemplate.FromHeader("X-GitHub-Delivery")],
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
        ContentTypeAdvice = "set the webhook's \"Content type\" to application/json in its settings; application/x-www-form-urlencoded is not read",
    };
}
