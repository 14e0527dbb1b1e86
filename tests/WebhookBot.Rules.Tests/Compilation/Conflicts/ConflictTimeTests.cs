using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Tests.Compilation.Conflicts;

[Collection(nameof(CpuTime))]
public class ConflictTimeTests
{
    // Rules that repeat are told; all the others are compared and found to be apart.
    [Theory]
    [InlineData("on: github.pull_request.opened, if: {{ repository.full_name: acme/r{0} }}, then: [github.label: {{ {1}: wip }}]")]
    [InlineData("on: github.pull_request.opened, if: {{ pull_request.title: 'r{0}*' }}, then: [github.label: {{ {1}: wip }}]")]
    [InlineData("on: github.e{0}.opened, then: [github.label: {{ {1}: wip }}]")]
    [InlineData("on: github.e{0}.*, then: [github.label: {{ {1}: wip }}]")]
    [InlineData("on: github.pull_request.opened, if: {{ f{0}: x, any: [{{ a: 1 }}, {{ b{0}: 2 }}] }}, then: [github.label: {{ {1}: wip }}]")]
    [InlineData("on: github.pull_request.opened, if: {{ f{0}: x }}, bots: true, then: [github.label: {{ {1}: 'l{0}' }}]")]
    [InlineData("on: github.pull_request.opened, then: [github.label: {{ {1}: wip }}, say: {{ text: t{0} }}]")]
    public void Compares_10_000_rules_in_time(string rule)
    {
        var text = new System.Text.StringBuilder("rules:\n");
        var files = new List<RuleFile>();
        for (var i = 0; i < 10_000; i++)
        {
            text.Append("  n").Append(i).Append(": { ").Append(string.Format(null, rule, i / 2, i % 2 == 0 ? "add" : "remove")).Append(" }\n");
            if (i % 1_000 == 999)
            {
                files.Add(new RuleFile($"{i}.yml", text.ToString()));
                text.Clear().Append("rules:\n");
            }
        }

        var clock = CpuTime.Start();
        var compilation = new RuleCompiler(TestRules.Vocabulary).Compile(files);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"took {clock.Elapsed}");
        Assert.NotNull(compilation.RuleSet);
    }
}
