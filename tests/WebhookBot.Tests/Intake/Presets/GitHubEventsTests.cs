using System.Text.Json;
using WebhookBot.Intake;
using WebhookBot.Rules.Knowledge;
using WebhookBot.Rules.Testing;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>
/// What the GitHub preset knows of its events: as Octokit's models have it, and never less than GitHub sends. After an update of
/// Octokit.Webhooks, set WRITE_EXPECTED=1 to write <c>github.events.txt</c> anew, and read the difference.
/// </summary>
public sealed class GitHubEventsTests
{
    private static EventCatalog Catalog => PresetCatalog.EventsOf("github")!;

    [Fact]
    public void Is_what_the_models_of_Octokit_say()
    {
        var file = Repository.PathOf("src", "WebhookBot", "Intake", "Presets", "github.events.txt");
        var written = OctokitModels.Write();
        if (Environment.GetEnvironmentVariable("WRITE_EXPECTED") == "1")
        {
            File.WriteAllText(file, written);
        }

        Assert.Equal(written, File.ReadAllText(file));
    }

    [Theory]
    [InlineData("api.github.com", 329)]
    [InlineData("ghes-35", 100)]
    public void Knows_every_field_that_GitHub_sends_in_its_examples(string folder, int atLeast)
    {
        var index = Path.Combine(Requires.Npm("@octokit/webhooks-examples"), folder, "index.json");
        using var examples = JsonDocument.Parse(File.ReadAllBytes(index));
        var count = 0;
        var unknown = new List<string>();
        foreach (var type in examples.RootElement.EnumerateArray())
        {
            var name = type.GetProperty("name").GetString()!;
            foreach (var example in type.GetProperty("examples").EnumerateArray())
            {
                count++;
                var action = example.TryGetProperty("action", out var a) && a.ValueKind == JsonValueKind.String ? a.GetString() : null;

                // Old Enterprise Servers send deployments without an action; a rule that names none is a slip all the same.
                var known = Catalog.Find(name, action) ?? (folder == "ghes-35" && action is null ? Catalog.OfType(name)[0] : null);
                var misfits = known is not null ? PayloadFit.Misfits(example, known.Payload) : ["is not known"];
                unknown.AddRange(misfits.Select(m => $"{name}.{action}: {m}"));
            }
        }

        Assert.Equal([], unknown.Distinct());
        Assert.InRange(count, atLeast, int.MaxValue);
    }

    [Fact]
    public void Knows_every_shipped_sample()
    {
        var samples = SampleCatalog.Names.Where(n => PresetCatalog.EventsOf(n.Split('.')[0]) is not null).Select(n => n.Split('.', 3)).ToList();
        Assert.Contains(samples, s => s[0] == "alertmanager");
        foreach (var sample in samples)
        {
            using var payload = JsonDocument.Parse(SampleCatalog.Find(string.Join('.', sample))!);
            var known = PresetCatalog.EventsOf(sample[0])!.Find(sample[1], sample.ElementAtOrDefault(2));
            Assert.Equal([], PayloadFit.Misfits(payload.RootElement, known!.Payload));
        }
    }

    [Theory]
    [InlineData("pull_request", "opened", true)]
    [InlineData("pull_request", "opend", false)]
    [InlineData("pull_request", null, false)]
    [InlineData("push", null, true)]
    [InlineData("push", "pushed", false)]
    [InlineData("issues", "typed", true)]
    [InlineData("repository_dispatch", "whatever", true)]
    [InlineData("quantum_merge", "entangled", false)]
    public void Knows_its_events(string type, string? action, bool isKnown) => Assert.Equal(isKnown, Catalog.Find(type, action) is not null);

    [Fact]
    public void Knows_nothing_of_other_names() => Assert.Null(PresetCatalog.EventsOf("nobody"));
}
