using System.Text;
using WebhookBot.Intake;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>Bodies that hold several events, and an event that stands in headers.</summary>
public sealed class BatchTests(SenderWorld world) : IClassFixture<SenderWorld>
{
    [Fact]
    public async Task Takes_each_event_of_SendGrid_by_itself_and_the_batch_once()
    {
        var preset = PresetCatalog.Find("sendgrid")!;
        var request = await world.ResignAsync(preset, await world.RequestAsync(preset), Body("bounce", "delivered", "open"));

        var answer = await request.SendAsync(world.Bot);
        var again = await request.SendAsync(world.Bot);
        var more = await (await world.ResignAsync(preset, request, Body("bounce", "click"))).SendAsync(world.Bot);

        Assert.Equal(202, answer.Status);
        var ids = Ids(answer);
        Assert.Equal(3, ids.Distinct().Count());
        Assert.Equal("from-sendgrid.delivered", (await world.Bot.GetDeliveryAsync(ids[1])).GetProperty("event").GetString());
        Assert.Equal("open", (await world.Bot.GetDeliveryAsync(ids[2])).GetProperty("payload").GetProperty("event").GetString());
        Assert.Equal(200, again.Status);
        Assert.Contains("\"duplicate\":true", again.Text, StringComparison.Ordinal);
        Assert.Equal(ids, Ids(again));
        Assert.Equal(202, more.Status);
        Assert.Equal(ids[0], Ids(more)[0]);
        Assert.Equal(4, await world.HeldAsync("sendgrid"));

        static byte[] Body(params string[] events) =>
            Encoding.UTF8.GetBytes($"[{string.Join(",\r\n", events.Select(e => $$"""{"event":"{{e}}","sg_event_id":"id-{{e}}","sg_message_id":"m"}"""))}]\r\n");
    }

    [Theory]
    [InlineData("cloudevents", "application/cloudevents-batch+json", """[{"specversion":"1.0","id":"A","source":"/s","type":"a.b"},{"specversion":"1.0","id":"B","source":"/s","type":"a.c"}]""")]
    [InlineData("azure-event-grid", "application/json", """[{"id":"A","eventType":"a.b","subject":"x","data":{}},{"id":"B","eventType":"a.c","subject":"x","data":{}}]""")]
    [InlineData("azure-event-grid-entra", "application/cloudevents-batch+json", """[{"specversion":"1.0","id":"A","source":"/s","type":"a.b","subject":"x"},{"specversion":"1.0","id":"B","source":"/s","type":"a.c","subject":"x"}]""")]
    public async Task Takes_a_batch(string name, string contentType, string body)
    {
        var request = (await world.RequestAsync(PresetCatalog.Find(name)!)).With("Content-Type", contentType).With(body);

        var ids = Ids(await request.SendAsync(world.Bot));

        Assert.Equal([$"from-{name}.a.b", $"from-{name}.a.c"], [.. (await Task.WhenAll(ids.Select(world.Bot.GetDeliveryAsync))).Select(d => d.GetProperty("event").GetString())]);
        Assert.Equal(200, (await request.SendAsync(world.Bot)).Status);
        Assert.Equal(401, (await ProofPlace.Of(PresetCatalog.Find(name)!).Set(request, null).SendAsync(world.Bot)).Status);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""[{"specversion":"1.0","id":"A","source":"/s","type":"a.b"},{"specversion":"1.0"}]""")]
    [InlineData("""[{"specversion":"1.0","id":"A","source":"/s","type":"a.b"},7]""")]
    [InlineData("""[{"specversion":"1.0","id":"A","source":"/s","type":"a.b"},""")]
    public async Task Takes_nothing_of_a_batch_that_is_broken(string body)
    {
        var held = await world.HeldAsync("cloudevents");
        var request = (await world.RequestAsync(PresetCatalog.Find("cloudevents")!)).With("Content-Type", "application/cloudevents-batch+json").With(body);

        Assert.Equal(400, (await request.SendAsync(world.Bot)).Status);
        Assert.Equal(held, await world.HeldAsync("cloudevents"));
    }

    [Fact]
    public async Task Reads_an_event_whose_attributes_stand_in_headers()
    {
        var request = (await world.RequestAsync(PresetCatalog.Find("cloudevents")!)).With("Content-Type", "application/json").With("""{"order":1042}""")
            .With("ce-specversion", "1.0").With("ce-id", "binary-1").With("ce-source", "/shop").With("ce-type", "com.example.paid").With("ce-subject", "order%201042").With("ce-data", "no data");

        var delivery = await world.Bot.GetDeliveryAsync((await request.SendAsync(world.Bot)).DeliveryId()!);

        Assert.Equal("from-cloudevents.com.example.paid", delivery.GetProperty("event").GetString());
        Assert.Equal("from-cloudevents:/shop order 1042", delivery.GetProperty("subject").GetString());
        Assert.Equal(1042, delivery.GetProperty("payload").GetProperty("data").GetProperty("order").GetInt32());
    }

    private static List<string> Ids(RawAnswer answer) => [.. answer.Json()["ids"]!.AsArray().Select(i => (string)i!)];
}
