using System.Net;
using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>Rules that ask GitHub for the files of a pull request.</summary>
public sealed class ChangedFilesTests
{
    [Theory]
    [InlineData("docs/page-0.md", true)]
    [InlineData("src/Late.cs", false)]
    public async Task Reads_all_pages_before_it_decides(string lastFile, bool labelled)
    {
        await using var world = await BotWorld.StartAsync(rules: null);
        for (var i = 1; i < 250; i++)
        {
            world.Shop.AddFile(42, $"docs/page-{i}.md");
        }

        world.Shop.AddFile(42, lastFile);

        var delivery = await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.opened", ("pull_request.changed_files", 250)), "done");

        Assert.Equal(labelled, delivery.Rule("label-docs").GetProperty("matched").GetBoolean());
        Assert.Equal(labelled, world.Shop.LabelsOf(42).Contains("documentation"));
        Assert.Equal(3, world.GitHub.Peer.Requests.Count(r => r.Path.EndsWith("/files", StringComparison.Ordinal)));
        world.Verify();
    }

    [Fact]
    public async Task Does_nothing_about_files_it_was_not_shown_all_of_and_says_so()
    {
        await using var world = await BotWorld.StartAsync(rules: null);
        world.Shop.AddFile(42, "docs/retries.md");

        var delivery = await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.opened", ("pull_request.changed_files", 5)), "done");

        var rule = delivery.Rule("label-docs");
        Assert.Equal(JsonValueKind.Null, rule.GetProperty("matched").ValueKind);
        Assert.Contains("truncated", rule.GetProperty("explanation").ToString(), StringComparison.Ordinal);
        Assert.Empty(world.Shop.LabelsOf(42));
        Assert.DoesNotContain(delivery.GetProperty("actions").EnumerateArray(), a => a.GetProperty("rule").GetString() == "label-docs");
        Assert.Equal("succeeded", delivery.Action("announce-pull-request").Status());
        world.Verify();
    }

    [Fact]
    public async Task Waits_for_github_when_it_is_down_and_then_goes_on()
    {
        await using var world = await BotWorld.StartAsync(rules: null, ("Pipeline:MostPostponed", "20"));
        world.Shop.AddFile(42, "docs/retries.md");
        world.Shop.AddFile(42, "docs/more.md");
        var isDown = true;
        world.GitHub.Peer.Next(new PeerAnswer((int)HttpStatusCode.ServiceUnavailable), int.MaxValue, _ => isDown);

        var id = await world.Bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.opened"));
        var waiting = await world.Bot.FinishedAsync(id, "retrying");
        Assert.Contains("facts.changed_files: GitHub answered 503", waiting.GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Empty(world.Slack.Messages);

        isDown = false;
        var delivery = await world.Bot.FinishedAsync(id, "done");

        Assert.Equal(JsonValueKind.Null, delivery.GetProperty("problem").ValueKind);
        Assert.Equal(["documentation"], world.Shop.LabelsOf(42));
        Assert.Single(world.Slack.Messages);
        world.Verify();
    }

    [Fact]
    public async Task Gives_up_only_the_rule_that_needs_what_cannot_be_had()
    {
        await using var world = await BotWorld.StartAsync(rules: null, ("Pipeline:MostPostponed", "1"));
        world.GitHub.Peer.Next(new PeerAnswer((int)HttpStatusCode.RequestTimeout), int.MaxValue, r => r.Path.EndsWith("/files", StringComparison.Ordinal));

        var delivery = await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.opened"), "done");

        Assert.Equal(JsonValueKind.Null, delivery.Rule("label-docs").GetProperty("matched").ValueKind);
        Assert.Contains("408", delivery.Rule("label-docs").ToString(), StringComparison.Ordinal);
        Assert.Single(world.Slack.Messages);
    }
}
