using System.Globalization;
using System.Text;
using WebhookBot.Cli;
using WebhookBot.Rules;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Benchmarks.Matching;

/// <summary>
/// Rule sets as a company of many repositories has them: rules for other events of several sources, rules of wildcards, and rules for the
/// measured event that ask for another repository, branch, label or author. Three rules match in each, whatever its size.
/// </summary>
internal static class MixedRules
{
    public const int Matching = 3;

    private const int RulesInFile = 500;

    private const string ThoseThatMatch = """
          match-repository:
            on: github.pull_request.opened
            if: { repository.full_name: acme/shop }
            then: [ { slack.post: { channel: "#dev", text: "{{pull_request.title}} by {{pull_request.user.login}}" } } ]
          match-branch:
            on: [github.pull_request.opened, github.pull_request.synchronize]
            if: { pull_request.base.ref: main, pull_request.labels.name: checkout }
            then: [ { slack.post: { channel: "#checkout", text: "{{pull_request.html_url}}" } } ]
          match-wildcard:
            on: github.pull_request.*
            if: { pull_request.user.login: octocat }
            unless: { pull_request.draft: true }
            then: [ { github.label: { add: documentation } } ]

        """;

    /// <summary>Rules that cannot concern the event; number n of them.</summary>
    private static readonly Func<int, string>[] Others =
    [
        n => $"on: github.pull_request.opened\n    if: {{ repository.full_name: acme/service-{n} }}",
        n => $"on: github.issues.opened\n    if: {{ repository.full_name: acme/service-{n} }}",
        n => $"on: github.push\n    if: {{ ref: refs/heads/release-{n} }}",
        n => $"on: github.pull_request.opened\n    if: {{ pull_request.base.ref: release/{n} }}",
        n => $"on: github.pull_request.*\n    if: {{ repository.full_name: acme/service-{n}, pull_request.title: \"*urgent*\" }}",
        n => $"on: alertmanager.firing\n    if: {{ commonLabels.alertname: Alert{n} }}",
        n => $"on: github.pull_request.opened\n    if: {{ pull_request.labels.name: [team-{n}, squad-{n}] }}",
        n => $"on: github.workflow_run.*\n    if: {{ workflow_run.head_branch: release-{n} }}",
        n => $"on: billing.invoice.paid\n    if: {{ customer: cus_{n} }}",
        n => $"on: github.*\n    if: {{ sender.login: bot-{n} }}",
        n => $"on: [github.pull_request.opened, github.pull_request.reopened]\n    if: {{ pull_request.user.login: developer-{n}, pull_request.additions: {{ gt: 500 }} }}",
        n => $"on: \"*.deployment.{n}\"",
        n => $"on: github.release.published\n    if: {{ repository.full_name: acme/service-{n} }}",
    ];

    /// <summary>Rules that no field rules out, so that each is asked.</summary>
    private static readonly Func<int, string>[] Asked =
    [
        n => $"on: github.pull_request.opened\n    if: {{ repository.full_name: \"acme/service-{n}-*\" }}",
        n => $"on: github.pull_request.opened\n    if: {{ pull_request.additions: {{ gt: {1000 + n} }} }}",
    ];

    /// <summary>A rule set of that many rules.</summary>
    /// <param name="count">At least ten.</param>
    /// <param name="asked">How many of them have a trigger that fits and a condition that no index decides.</param>
    public static RuleSet Compile(int count, int asked)
    {
        var compilation = new RuleCompiler(BotHost.Vocabulary).Compile(Files(count, asked));
        return compilation.RuleSet ?? throw new InvalidOperationException(string.Join('\n', compilation.Diagnostics.Take(5)));
    }

    /// <summary>The files of such a set, without wishes for what no index decides, in that folder.</summary>
    public static void Write(string folder, int count)
    {
        foreach (var file in Files(count, 0))
        {
            System.IO.File.WriteAllText(Path.Combine(folder, Path.GetFileName(file.Path)), file.Text);
        }
    }

    private static IEnumerable<RuleFile> Files(int count, int asked) =>
        Enumerable.Range(0, count - Matching).Chunk(RulesInFile).Select(numbers => File(numbers, asked)).Append(new RuleFile("rules/match.yml", $"rules:\n{ThoseThatMatch}"));

    private static RuleFile File(int[] numbers, int asked)
    {
        var text = new StringBuilder("rules:\n");
        foreach (var i in numbers)
        {
            var rule = i < asked ? Asked[i % Asked.Length](i) : Others[i % Others.Length](i);
            text.Append(CultureInfo.InvariantCulture, $"  rule-{i}:\n    {rule}\n    then: [ {{ slack.post: {{ channel: \"#dev\", text: \"{i}\" }} }} ]\n");
        }

        return new RuleFile($"rules/mixed-{numbers[0]:D5}.yml", text.ToString());
    }
}
