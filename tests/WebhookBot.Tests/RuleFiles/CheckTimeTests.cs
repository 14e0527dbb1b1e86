using WebhookBot.Cli;
using WebhookBot.Rules.Compilation;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.RuleFiles;

/// <summary>Checking is for editors and hooks that wait for it.</summary>
[Collection(nameof(Alone))]
public sealed class CheckTimeTests
{
    private static readonly string[] Triggers = ["github.pull_request.opened", "github.push", "github.issues.*", "github.*", "[github.pull_request.opened, github.pull_request.closed]"];

    [Fact]
    public void Checks_five_hundred_rules_against_all_that_is_known_of_their_events_in_no_time()
    {
        var rules = Enumerable.Range(0, 500).Select(i => $$"""
              rule-{{i}}:
                on: {{Triggers[i % Triggers.Length]}}
                if:
                  repository.full_name: acme/shop{{i}}
                  sender.login: { not: bot }
                then:
                  - slack.post: { channel: "#dev", text: "<repository.name> <sender.login>" }

            """);
        var file = new RuleFile("rules.yml", "rules:\n" + string.Concat(rules).Replace("<", "{{", StringComparison.Ordinal).Replace(">", "}}", StringComparison.Ordinal));
        var before = Environment.CpuUsage.TotalTime;

        var compilation = new RuleCompiler(BotHost.Vocabulary).Compile([file]);

        // A quiet machine takes a tenth of it. Counted is the processor's time, so that a busy one may take longer.
        var took = Environment.CpuUsage.TotalTime - before;
        Assert.Equal(500, compilation.RuleSet?.Rules.Count);
        Assert.Equal([], compilation.Diagnostics);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }
}
