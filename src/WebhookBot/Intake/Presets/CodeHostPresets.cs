using WebhookBot.Rules.Sources;
using static WebhookBot.Rules.Sources.ValueTemplate;

namespace WebhookBot.Intake.Presets;

/// <summary>Where code is kept: GitLab, Bitbucket, Gitea, Forgejo, Azure DevOps.</summary>
internal static class CodeHostPresets
{
    public static IReadOnlyList<SourcePreset> All { get; } =
    [
        // https://docs.gitlab.com/user/project/integrations/webhooks/
        new SourcePreset
        {
            Name = "gitlab",
            Description = "GitLab: a signing token (whsec_..., Standard Webhooks), or the secret token in X-Gitlab-Token.",
            Verify = [StandardsPresets.Standard, VerificationScheme.Token("X-Gitlab-Token")],
            Waits = TimeSpan.FromSeconds(10),
            Events = [Parse("{json:object_kind}{json:object_attributes.action?}{json:action?}"), FromJson("event_name")],
            Ids = [FromHeader("webhook-id"), FromHeader("Idempotency-Key"), FromHeader("X-Gitlab-Webhook-UUID"), FromHeader("X-Gitlab-Event-UUID")],
            Subjects =
            [
                Parse("{json:project.path_with_namespace}#{json:object_attributes.iid}"),
                Parse("{json:project.path_with_namespace}@{json:ref}"),
                Parse("{json:project.path_with_namespace}"),
            ],
            MaxBodyBytes = 25L << 20,
            ContentTypeAdvice = "GitLab sends application/json; something on the way changed it",
        },

        // The header is the one GitHub used for SHA-1. https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/
        new SourcePreset
        {
            Name = "bitbucket",
            Description = "Bitbucket Cloud: X-Hub-Signature, an HMAC-SHA256 of the body.",
            Verify = [VerificationScheme.Hmac("X-Hub-Signature", "sha256=")],
            Events = [FromHeader("X-Event-Key")],
            Ids = [FromHeader("X-Request-UUID")],
            Subjects = [Parse("{json:repository.full_name}#{json:pullrequest.id}"), Parse("{json:repository.full_name}#{json:issue.id}"), Parse("{json:repository.full_name}")],
            MaxBodyBytes = 25L << 20,
        },

        // https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html
        new SourcePreset
        {
            Name = "bitbucket-datacenter",
            Description = "Bitbucket Data Center: X-Hub-Signature, an HMAC-SHA256 of the body.",
            Verify = [VerificationScheme.Hmac("X-Hub-Signature", "sha256=")],
            Events = [FromHeader("X-Event-Key")],
            Ids = [FromHeader("X-Request-Id")],
            Subjects =
            [
                Parse("{json:pullRequest.toRef.repository.project.key}/{json:pullRequest.toRef.repository.slug}#{json:pullRequest.id}"),
                Parse("{json:repository.project.key}/{json:repository.slug}"),
            ],
            MaxBodyBytes = 25L << 20,
        },
        Gitea("gitea", "Gitea", "X-Gitea"),

        // A Forgejo that signs wrongly is not saved by the headers it sends for Gitea's sake.
        Gitea("forgejo", "Forgejo", "X-Forgejo") with { EventsOf = "gitea" },

        // https://learn.microsoft.com/azure/devops/service-hooks/services/webhooks
        new SourcePreset
        {
            Name = "azure-devops",
            Description = "Azure DevOps service hooks: basic authorization. Nothing is signed.",
            Verify = [new VerificationScheme { Algorithm = VerificationAlgorithm.Basic, Header = "Authorization" }],
            Events = [FromJson("eventType")],
            Ids = [Parse("{json:subscriptionId} {json:notificationId} {json:id}"), FromJson("id")],
            Subjects =
            [
                Parse("{json:resource.repository.name}#{json:resource.pullRequestId}"),
                Parse("{json:resource.definition.name}/{json:resource.buildNumber}"),
                Parse("workitem {json:resource.workItemId}"),
                Parse("{json:resource.repository.name}"),
            ],
            MaxBodyBytes = 2L << 20,
        },
    ];

    // https://docs.gitea.com/usage/webhooks, https://forgejo.org/docs/latest/user/webhooks
    private static SourcePreset Gitea(string name, string product, string prefix) => new()
    {
        Name = name,
        Description = $"{product}: {prefix}-Signature, an HMAC-SHA256 of the body.",
        Verify = [VerificationScheme.Hmac($"{prefix}-Signature")],
        Events = [Parse($"{{header:{prefix}-Event}}{{json:action?}}"), Parse($"{{header:{prefix}-Event-Type}}{{json:action?}}")],
        Ids = [FromHeader($"{prefix}-Delivery")],
        Subjects = [Parse("{json:repository.full_name}#{json:number}"), Parse("{json:repository.full_name}#{json:issue.number}"), Parse("{json:repository.full_name}@{json:ref}"), Parse("{json:repository.full_name}")],
        MaxBodyBytes = 25L << 20,
        ContentTypeAdvice = "set the webhook's content type to application/json",
    };
}
