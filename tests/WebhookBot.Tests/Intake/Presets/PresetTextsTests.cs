using System.Text.Json;
using WebhookBot.Intake;
using WebhookBot.Rules.Knowledge;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>What is written of senders beside the code: which events they send and how to set them up.</summary>
public sealed class PresetTextsTests
{
    private const string EventsSuffix = ".events.txt";
    private const string GuideSuffix = ".md";

    public static TheoryData<string> Catalogs => [.. Texts(EventsSuffix)];

    public static TheoryData<string> Guides => [.. Texts(GuideSuffix)];

    public static TheoryData<string> Samples => [.. SampleCatalog.Names.Where(n => Texts(EventsSuffix).Contains(n.Split('.')[0]))];

    [Theory]
    [MemberData(nameof(Catalogs))]
    public void Reads_the_events_of(string preset) => Assert.NotEmpty(EventCatalog.Parse(Events(preset)).Events);

    [Theory]
    [MemberData(nameof(Samples))]
    public void Knows_every_field_of_the_sample(string sample)
    {
        var parts = sample.Split('.', 3);
        var known = EventCatalog.Parse(Events(parts[0])).Find(parts[1], parts.ElementAtOrDefault(2));
        using var payload = JsonDocument.Parse(SampleCatalog.Find(sample)!);

        Assert.NotNull(known);
        Assert.Equal([], PayloadFit.Misfits(payload.RootElement, known.Payload));
    }

    [Theory]
    [MemberData(nameof(Guides))]
    public void Tells_how_to_set_up_and_what_that_is_worth(string preset)
    {
        var lines = Read(preset + GuideSuffix).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var headings = lines.Index().Where(l => l.Item is "At the sender:" or "Verified:" or "Not verified:").ToList();

        Assert.Equal(["At the sender:", "Verified:", "Not verified:"], headings.Select(h => h.Item));
        Assert.Equal(0, headings[0].Index);
        Assert.All(headings, h => Assert.False(lines[h.Index + 1].EndsWith(':') || lines[h.Index + 1].StartsWith("See:", StringComparison.Ordinal)));
        Assert.StartsWith("See: https://", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Has_a_guide_and_samples_for_every_sender_whose_events_are_known()
    {
        Assert.Empty(Texts(EventsSuffix).Except(Texts(GuideSuffix)));
        Assert.Empty(Texts(EventsSuffix).Except(SampleCatalog.Names.Select(n => n.Split('.')[0])));
    }

    // GitHub's events are another's models and what these lack, and are read together: see GitHubEventsTests.
    private static List<string> Texts(string suffix) =>
    [
        .. typeof(PresetCatalog).Assembly.GetManifestResourceNames()
            .Where(n => n.EndsWith(suffix, StringComparison.Ordinal) && n != "github.events.txt")
            .Select(n => n[..^suffix.Length]),
    ];

    private static string Events(string preset) => Read(preset + EventsSuffix);

    private static string Read(string resource)
    {
        using var reader = new StreamReader(typeof(PresetCatalog).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
