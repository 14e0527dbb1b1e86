using WebhookBot.Intake;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>What every preset makes of every sample of its sender.</summary>
public sealed class PresetContract(SenderWorld world) : IClassFixture<SenderWorld>
{
    public static TheoryData<string, string> Samples
    {
        get
        {
            var samples = new TheoryData<string, string>();
            foreach (var preset in PresetCatalog.All)
            {
                Assert.NotEmpty(SenderWorld.SamplesOf(preset));
                foreach (var sample in SenderWorld.SamplesOf(preset))
                {
                    samples.Add(preset.Name, sample);
                }
            }

            return samples;
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Takes_the_sample_once_and_names_it(string name, string sample)
    {
        var preset = PresetCatalog.Find(name)!;
        var request = await world.RequestAsync(preset, sample);

        var answer = await request.SendAsync(world.Bot);
        var again = await request.SendAsync(world.Bot);

        Assert.True(Wanted(preset, isNew: true) == answer.Status, answer.Text);
        var id = answer.DeliveryId();
        var delivery = await world.Bot.FinishedAsync(id!);
        Assert.Equal(SenderWorld.EventOf(preset, sample), delivery.GetProperty("event").GetString());
        Assert.True(preset.Subjects.Count == 0 || delivery.GetProperty("subject").GetString()!.StartsWith(SenderWorld.SourceOf(name) + ":", StringComparison.Ordinal), $"{sample} has no subject");
        Assert.Equal(Wanted(preset, isNew: false), again.Status);
        Assert.Equal(id, again.DeliveryId());
        Assert.Equal(preset.Answer == WantedAnswer.Receipt, again.Text.Contains("\"duplicate\":true", StringComparison.Ordinal));
        Assert.Equal(1, (await world.Bot.GetDeliveryAsync(id!)).GetProperty("duplicates").GetInt32());
    }

    private static int Wanted(SourcePreset preset, bool isNew) => preset.Answer switch
    {
        WantedAnswer.NoContent => 204,
        WantedAnswer.Empty => 200,
        _ => isNew ? 202 : 200,
    };
}
