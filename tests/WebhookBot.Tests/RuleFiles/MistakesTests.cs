using WebhookBot.Cli;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.RuleFiles;

/// <summary>A folder with a mistake of every kind.</summary>
public static class Mistakes
{
    /// <summary>Each file, and the code that must be told of it.</summary>
    public static IReadOnlyList<(string File, string Text, string Code)> Files { get; } =
    [
        ("syntax.yml", "rules:\n  a: [\n", "WB0001"),
        ("alias.yml", "rules: &a\n  x: *a\n", "WB0004"),
        ("tag.yml", "rules: !!python/object:os.system {}\n", "WB0005"),
        ("twice.yml", "rules:\n  a: {}\n  a: {}\n", "WB0006"),
        ("list.yml", "- rules\n", "WB0008"),
        ("two.yml", "rules: {}\n---\nrules: {}\n", "WB0009"),
        ("section.yml", "rulez: {}\n", "WB0010"),
        ("key.yml", Rule("key", "onn: github.push"), "WB0100"),
        ("trigger.yml", Rule("trigger", "on: github..push"), "WB0110"),
        ("source.yml", Rule("source", "on: gitlab.push"), "WB0111"),
        ("operator.yml", Rule("operator", "on: github.push\n    if: { ref: { equal: main } }"), "WB0104"),
        ("pattern.yml", Rule("pattern", "on: github.push\n    if: { ref: { matches: \"(a\" } }"), "WB0122"),
        ("fact.yml", Rule("fact", "on: github.push\n    if: { facts.chnged_files: x }"), "WB0121"),
        ("action.yml", "rules:\n  action:\n    on: github.push\n    then:\n      - slack.pst: { channel: x, text: y }\n", "WB0130"),
        ("argument.yml", "rules:\n  argument:\n    on: github.push\n    then:\n      - slack.post: { chanel: x, channel: x, text: y }\n", "WB0131"),
        ("missing.yml", "rules:\n  missing:\n    on: github.push\n    then:\n      - slack.post: { text: y }\n", "WB0132"),
        ("template.yml", "rules:\n  template:\n    on: github.push\n    then:\n      - slack.post: { channel: x, text: \"{{#if a}}\" }\n", "WB0134"),
        ("preset.yml", "sources:\n  other: { preset: githib, secret: OTHER }\n", "WB0140"),
        ("verify.yml", "sources:\n  another: { verify: { hmac: sha256, header: X-S, signed: \"{timestamp}\", secret: A_SECRET }, event: { json: type } }\n", "WB0141"),
        ("secret.yml", "sources:\n  leak: { preset: github, secret: \"s3cr3t value!\" }\n", "WB0142"),
    ];

    public static void WriteTo(TemporaryFolder folder)
    {
        folder.Write("rules/sources.yml", RunningBot.Sources);
        foreach (var (file, text, _) in Files)
        {
            folder.Write($"rules/{file}", text);
        }

        File.WriteAllBytes(Path.Combine(folder.Path, "rules", "latin.yml"), [(byte)'a', (byte)':', 0xE9]);
        folder.Write("rules/large.yml", "# " + new string('x', 300_000));
    }

    private static string Rule(string name, string rest) => $"rules:\n  {name}:\n    {rest}\n    then:\n      - slack.post: {{ channel: x, text: y }}\n";
}

public sealed class MistakesTests
{
    [Fact]
    public async Task Tells_every_mistake_at_once_and_does_not_start()
    {
        using var folder = new TemporaryFolder();
        Mistakes.WriteTo(folder);

        var refused = await Assert.ThrowsAsync<SettingsException>(() => RunningBot.StartAsync(folder: folder));

        Assert.All(Mistakes.Files, mistake => Assert.Contains(refused.Message.Split('\n'), line =>
            line.Contains($"/{mistake.File}(", StringComparison.Ordinal) && line.Contains($"error {mistake.Code}: ", StringComparison.Ordinal)));
        Assert.Contains("latin.yml(1,1): error WB0003: the file is not UTF-8", refused.Message, StringComparison.Ordinal);
        Assert.Contains("large.yml", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", refused.Message, StringComparison.Ordinal);
    }
}
