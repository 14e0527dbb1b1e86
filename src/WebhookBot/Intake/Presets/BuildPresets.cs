using WebhookBot.Intake.Presets.Special;
using WebhookBot.Rules.Sources;
using static WebhookBot.Rules.Sources.ValueTemplate;

namespace WebhookBot.Intake.Presets;

/// <summary>What builds and deploys: CircleCI, Jenkins, Travis CI, Buildkite, Vercel, Netlify, Terraform, Docker Hub.</summary>
internal static class BuildPresets
{
    public static IReadOnlyList<SourcePreset> All { get; } =
    [
        // https://circleci.com/docs/guides/integration/outbound-webhooks/
        new SourcePreset
        {
            Name = "circleci",
            Description = "CircleCI: circleci-signature, an HMAC-SHA256 of the body.",
            Verify = [VerificationScheme.Hmac("circleci-signature", "v1=") with { Separator = ',' }],
            Waits = TimeSpan.FromSeconds(5),
            Events = [FromJson("type")],
            Ids = [FromJson("id")],
            Subjects = [Parse("{json:project.slug}@{json:pipeline.vcs.revision}"), Parse("{json:project.slug}")],
        },

        // https://plugins.jenkins.io/notification/
        new SourcePreset
        {
            Name = "jenkins",
            Description = "Jenkins' Notification plugin and others like it, which do not sign: a bearer token, basic authorization, or a secret in the address.",
            Verify = [VerificationScheme.Authorization, VerificationScheme.SecretAddress()],
            Events = [Parse("build{has:build.phase}{json:build.phase?}"), FromHeader("X-Event"), FromJson("event"), FromJson("type")],
            Ids = [Parse("{json:build.full_url} {json:build.number} {json:build.phase}"), FromHeader("Idempotency-Key"), FromJson("id")],
            HashesId = true,
            Subjects = [Parse("{json:name}#{json:build.number}"), FromJson("name")],
        },

        // https://docs.travis-ci.com/user/notifications/#verifying-webhook-requests
        new SourcePreset
        {
            Name = "travis",
            Description = "Travis CI: Signature, RSA over the field payload with the key that Travis publishes.",
            OwnCheck = input => new TravisCheck(input),
            NeedsSecret = false,
            Events = [Parse("{json:type}{json:state?}")],
            Ids = [Parse("{json:id} {json:state}")],
            HashesId = true,
            Subjects = [Parse("{json:repository.owner_name}/{json:repository.name}@{json:commit}")],
            ContentTypes = [FormBody.ContentType],
            ContentTypeAdvice = "Travis CI sends application/x-www-form-urlencoded; something on the way changed it",
            Unfold = FormBody.ToJson,
            Pack = FormBody.PackPayload,
        },

        // https://buildkite.com/docs/apis/webhooks/pipelines
        new SourcePreset
        {
            Name = "buildkite",
            Description = "Buildkite: X-Buildkite-Signature, an HMAC-SHA256 of time and body; or the token in X-Buildkite-Token.",
            Verify =
            [
                VerificationScheme.Hmac("X-Buildkite-Signature", "signature=") with
                {
                    Separator = ',',
                    SignedContent = "{timestamp}.{body}",
                    Timestamp = new TimestampRule("X-Buildkite-Signature", TimeSpan.FromMinutes(5)) { Prefix = "timestamp=" },
                },
                VerificationScheme.Token("X-Buildkite-Token"),
            ],
            Events = [FromHeader("X-Buildkite-Event")],
            Ids = [Parse("{header:X-Buildkite-Event} {json:job.id} {json:job.state}"), Parse("{header:X-Buildkite-Event} {json:build.id} {json:build.state}")],
            HashesId = true,
            Subjects = [Parse("{json:pipeline.slug}#{json:build.number}")],
        },

        // https://vercel.com/docs/webhooks/webhooks-api
        new SourcePreset
        {
            Name = "vercel",
            Description = "Vercel: x-vercel-signature, an HMAC-SHA1 of the body.",
            Verify = [VerificationScheme.Hmac("x-vercel-signature") with { Algorithm = VerificationAlgorithm.HmacSha1 }],
            Events = [FromJson("type")],
            Ids = [FromJson("id")],
            Subjects = [Parse("deployment {json:payload.deployment.id}"), Parse("project {json:payload.project.id}")],
        },

        // https://docs.netlify.com/deploy/deploy-notifications/
        new SourcePreset
        {
            Name = "netlify",
            Description = "Netlify: X-Webhook-Signature, a JSON Web Token that holds the body's hash.",
            OwnCheck = input => new NetlifyCheck(input),
            Events = [Parse("deploy{has:state}{json:state?}"), FromHeader("X-Netlify-Event")],
            Ids = [Parse("{json:id} {json:state}")],
            HashesId = true,
            Subjects = [FromJson("name")],
        },

        // https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations
        new SourcePreset
        {
            Name = "terraform",
            Description = "HCP Terraform and Terraform Enterprise: X-TFE-Notification-Signature or X-TFC-Task-Signature, an HMAC-SHA512 of the body.",
            Verify =
            [
                VerificationScheme.Hmac("X-TFE-Notification-Signature") with { Algorithm = VerificationAlgorithm.HmacSha512 },
                VerificationScheme.Hmac("X-TFC-Task-Signature") with { Algorithm = VerificationAlgorithm.HmacSha512 },
            ],
            Events = [FromJson("notifications.trigger"), FromJson("trigger"), Parse("run_task{has:task_result_id}{json:stage?}")],
            Ids = [Parse("{json:run_id} {json:notifications.trigger} {json:notifications.run_updated_at}"), FromJson("task_result_id")],
            HashesId = true,
            Subjects = [Parse("{json:organization_name}/{json:workspace_name}"), FromJson("notification_configuration_id")],
            Handshake = TerraformHandshake.AnswerAsync,
        },

        // https://docs.docker.com/docker-hub/repos/manage/webhooks/
        new SourcePreset
        {
            Name = "dockerhub",
            Description = "Docker Hub, which does not sign: a secret in the address.",
            Verify = [VerificationScheme.SecretAddress()],
            Events = [Parse("push{has:push_data.pushed_at}")],
            Ids = [Parse("{json:repository.repo_name} {json:push_data.tag} {json:push_data.pushed_at}")],
            HashesId = true,
            Subjects = [Parse("{json:repository.repo_name}:{json:push_data.tag}")],
        },
    ];
}
