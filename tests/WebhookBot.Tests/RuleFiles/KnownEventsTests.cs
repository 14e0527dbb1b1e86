using WebhookBot.Cli;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Tests.RuleFiles;

/// <summary>What is told of rules for GitHub and Alertmanager, with all that the bot knows of their events.</summary>
public sealed class KnownEventsTests
{
    [Theory]
    [InlineData("github.pull_request.opend", "error WB0161: 'opend' is no action of github.pull_request; did you mean 'opened'?")]
    [InlineData("github.pull_request", "error WB0162: 'github.pull_request' never fires")]
    [InlineData("github.push.created", "error WB0163: 'github.push.created' never fires: github.push has no actions; write github.push")]
    [InlineData("github.brand_new.created", "warning WB0160: 'github.brand_new' is no event that this version knows; the sender may have added it")]
    [InlineData("github.pull_requests.opened", "warning WB0160: 'github.pull_requests' is no event that this version knows; the sender may have added it; did you mean 'github.pull_request.opened'?")]
    [InlineData("alertmanager.fireing", "warning WB0160: 'alertmanager.fireing' is no event that this version knows; the sender may have added it; did you mean 'alertmanager.firing'?")]
    public void Tells_of_events_that_do_not_exist(string on, string told) => Assert.StartsWith(told, Assert.Single(Told(on, "delivery.source: x")), StringComparison.Ordinal);

    [Theory]
    [InlineData("github.pull_request.opened", "pull_request.titel: x", "error WB0164: github.pull_request.opened has no field 'pull_request.titel'; did you mean 'pull_request.title'?")]
    [InlineData("github.pull_request.opened", "title: x", "error WB0164: github.pull_request.opened has no field 'title'; did you mean 'pull_request.title'?")]
    [InlineData("github.pull_request.*", "pull_request.labels.nam: x", "error WB0164: github.pull_request.* has no field 'pull_request.labels.nam'; did you mean 'pull_request.labels.name'?")]
    [InlineData("github.*", "repositroy.full_name: x", "error WB0164: github.* has no field 'repositroy.full_name'; did you mean 'repository.full_name'?")]
    [InlineData("[github.pull_request.opened, github.push]", "pull_request.draft: false", "warning WB0165: github.push has no 'pull_request.draft', so this never holds for it")]
    [InlineData("github.pull_request.opened", "pull_request.draft: 'yes'", "error WB0166: 'pull_request.draft' is a boolean, which never equals the text 'yes'; write true or false, without quotes")]
    [InlineData("github.pull_request.opened", "pull_request.number: '42'", "error WB0166: 'pull_request.number' is a number")]
    [InlineData("github.pull_request.opened", "pull_request.title: { older_than: 1d }", "error WB0166: 'older_than' asks for a time, and 'pull_request.title' is a text")]
    [InlineData("alertmanager.firing", "commonLabel.severity: critical", "error WB0164: alertmanager.firing has no field 'commonLabel.severity'; did you mean 'commonLabels.severity'?")]
    [InlineData("alertmanager.firing", "commonLabels.replicas: { gt: 3 }", "error WB0166: 'gt' asks for a number, and 'commonLabels.replicas' is a text")]
    [InlineData("alertmanager.firing", "groupLabels: { count: 2 }", "error WB0166: 'count' asks for a list, and 'groupLabels' is a mapping")]
    [InlineData("github.pull_request.opened", "pull_request.state: openn", "warning WB0166: 'pull_request.state' is not known ever to be 'openn'; did you mean 'open'?")]
    [InlineData("github.workflow_run.completed", "workflow_run.conclusion: [success, faliure]", "warning WB0166: 'workflow_run.conclusion' is not known ever to be 'faliure'; did you mean 'failure'?")]
    [InlineData("github.pull_request_review.submitted", "review.author_association: { not: member }", "warning WB0166: 'review.author_association' is not known ever to be 'member'; did you mean 'MEMBER'?")]
    public void Tells_of_fields_that_can_never_hold(string on, string condition, string told) => Assert.StartsWith(told, Assert.Single(Told(on, condition)), StringComparison.Ordinal);

    [Theory]
    [InlineData("github.pull_request.*", "pull_request.draft: false, pull_request.created_at: { older_than: 7d }, pull_request.requested_reviewers.login: octocat, pull_request.base.ref: 'release/*'")]
    [InlineData("github.push", "ref: refs/heads/main, commits.modified: { any: 'docs/**' }, repository.created_at: { older_than: 1d }, head_commit.timestamp: { newer_than: 1h }")]
    [InlineData("[github.issues.opened, github.issue_comment.created]", "issue.type.name: Bug, issue.labels: { count: 0 }, issue.pull_request: null, issue.state_reason: completed")]
    [InlineData("github.workflow_job.completed", "workflow_job.conclusion: failure, workflow_job.steps.name: { contains: deploy }, workflow_job.labels: { any: self-hosted }")]
    [InlineData("github.repository_dispatch.deploy", "client_payload.anything.at.all: 5, enterprise.slug: acme")]
    [InlineData("github.repository.*", "repository.custom_properties.team: payments, repository.topics: { contains: infra }")]
    [InlineData("alertmanager.*", "alerts.labels.instance: { matches: '^db' }, alerts.startsAt: { older_than: 1h }, alerts: { count: { gte: 3 } }, commonAnnotations.made_up: x, truncatedAlerts: { gt: 0 }")]
    [InlineData("alert.firing", "commonLabels.severity: critical")]
    [InlineData("github.pull_request.opened", "pull_request.active_lock_reason: 'o*', pull_request.user.type: { any: [User, Bot] }, pull_request.state: merged")]
    [InlineData("github.*", "pull_request.state: open, issue.state: { is: closed }, check_run.conclusion: null")]
    public void Says_nothing_about_what_is_sent(string on, string condition) => Assert.Equal([], Told(on, condition));

    private static List<string> Told(string on, string condition) =>
        [.. new RuleCompiler(BotHost.Vocabulary)
            .Compile([new RuleFile("r.yml", $"rules:\n  r:\n    on: {on}\n    if: {{ {condition} }}\n    then: [github.label: {{ repository: acme/shop, number: 1, add: x }}]\n")])
            .Diagnostics.Select(d => d.ToString().Split(": ", 2)[1])];
}
