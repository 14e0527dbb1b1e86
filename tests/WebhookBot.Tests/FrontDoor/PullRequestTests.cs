using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>The main job, with the rules as they are shipped.</summary>
public sealed class PullRequestTests
{
    [Fact]
    public async Task Labels_a_pull_request_that_changes_only_docs_and_keeps_one_message_about_it()
    {
        await using var world = await BotWorld.StartAsync(rules: null);
        world.Shop.AddFile(42, "docs/retries.md");
        world.Shop.AddFile(42, "README.md");

        var opened = await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.opened"));

        Assert.All(opened.GetProperty("actions").EnumerateArray(), action => Assert.Equal("succeeded", action.Status()));
        Assert.Equal(["documentation"], world.Shop.LabelsOf(42));
        var message = Assert.Single(world.Slack.Messages);
        Assert.Equal("<https://github.com/acme/shop/pull/42|Explain how the checkout retries a payment> by octocat (+31 −12)", message.Text);

        var pushed = await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.synchronize", ("pull_request.additions", 99)));

        Assert.Equal("done", pushed.Status());
        Assert.Equal(["documentation"], world.Shop.LabelsOf(42));
        Assert.Contains("+99", Assert.Single(world.Slack.Messages).Text, StringComparison.Ordinal);

        var closed = await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.closed", ("pull_request.merged", true)));

        Assert.Equal("done", closed.Status());
        var last = Assert.Single(world.Slack.Messages);
        Assert.Equal((message.Channel, message.Ts, 2), (last.Channel, last.Ts, last.Updates));
        Assert.StartsWith(":white_check_mark: merged", last.Text, StringComparison.Ordinal);
        world.Verify();
    }

    [Fact]
    public async Task Takes_the_label_away_when_code_joins_the_docs()
    {
        await using var world = await BotWorld.StartAsync(rules: null);
        world.Shop.LabelsOf(42).Add("documentation");
        world.Shop.AddFile(42, "docs/retries.md");
        world.Shop.AddFile(42, "src/Retry.cs");

        var delivery = await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.synchronize"));

        Assert.False(delivery.Rule("label-docs").GetProperty("matched").GetBoolean());
        Assert.Empty(world.Shop.LabelsOf(42));
        world.Verify();
    }

    [Fact]
    public async Task Cannot_be_made_to_ping_anybody_by_a_title()
    {
        await using var world = await BotWorld.StartAsync(rules: null);
        world.Shop.AddFile(42, "src/a.cs");
        const string title = "<!channel> <@U1> <https://evil.example|github.com> & *bold* \u202e";

        await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.opened", ("pull_request.title", title), ("pull_request.changed_files", 1)));

        var text = Assert.Single(world.Slack.Messages).Text!;
        Assert.Equal(1, text.Count(c => c == '<'));
        Assert.DoesNotContain("|github.com", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', text);
        world.Verify();
    }

    [Fact]
    public async Task Starts_a_workflow_on_a_push_and_only_once_for_a_redelivery()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              deploy:
                on: github.push
                if: { ref: refs/heads/main, deleted: false }
                then:
                  - github.dispatch: { workflow: deploy.yml, ref: main, inputs: { environment: staging, sha: "{{after}}" } }
            """);
        var body = BotWorld.Sample("github.push");
        var id = await world.Bot.SendGitHubAsync("push", body);
        var delivery = await world.Bot.FinishedAsync(id, "done");

        using var again = await world.Bot.PostGitHubAsync("push", body, id);

        Assert.Equal(200, (int)again.StatusCode);
        var run = Assert.Single(world.Shop.WorkflowRuns);
        Assert.Equal(("deploy.yml", "main", "staging"), (run.Workflow, run.Ref, run.Inputs!["environment"]!.GetValue<string>()));
        Assert.Equal(delivery.GetProperty("payload").GetProperty("after").GetString(), run.Inputs["sha"]!.GetValue<string>());
        world.Verify();
    }

    [Fact]
    public async Task Leaves_a_dispatch_in_shadow_alone_and_says_what_it_would_have_done()
    {
        await using var world = await BotWorld.StartAsync(rules: null);

        var delivery = await world.DeliverAsync("push", BotWorld.Sample("github.push"));

        var action = delivery.Action("deploy-main-to-staging");
        Assert.Equal("shadow", action.Status());
        Assert.Contains("would have called POST", Assert.Single(action.Attempts()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(world.Shop.WorkflowRuns);
        world.Verify();
    }

    [Fact]
    public async Task Keeps_one_comment_for_a_key()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              summary:
                on: github.pull_request.*
                then:
                  - github.comment: { key: summary, body: "{{pull_request.additions}} lines: {{pull_request.title}}" }
            """);

        await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.opened"), "done");
        await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.synchronize", ("pull_request.additions", 32), ("pull_request.title", "@acme/everyone <!-- look -->")), "done");

        var comment = Assert.Single(world.Shop.Comments);
        Assert.Equal(42, comment.Issue);
        Assert.Contains("32 lines", comment.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("@acme", comment.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<!-- look", comment.Body, StringComparison.Ordinal);
        world.Verify();
    }
}
