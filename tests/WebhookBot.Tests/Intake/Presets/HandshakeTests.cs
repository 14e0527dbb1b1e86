using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using WebhookBot.Intake;
using WebhookBot.Intake.Presets.Special;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>Requests that are no events and want an answer.</summary>
public sealed class HandshakeTests(SenderWorld world) : IClassFixture<SenderWorld>
{
    private const string Confirmation = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc";

    [Fact]
    public async Task Gives_Slack_its_challenge_back_when_it_is_signed()
    {
        var slack = PresetCatalog.Find("slack")!;
        var held = await world.HeldAsync("slack");
        var request = await world.ResignAsync(slack, await world.RequestAsync(slack), """{"type":"url_verification","challenge":"3eZbrw1a"}"""u8.ToArray());

        var answer = await request.SendAsync(world.Bot);

        Assert.Equal(200, answer.Status);
        Assert.Contains("3eZbrw1a", answer.Text, StringComparison.Ordinal);
        Assert.Equal(401, (await request.With("""{"type":"url_verification","challenge":"another"}""").SendAsync(world.Bot)).Status);
        Assert.Equal(held, await world.HeldAsync("slack"));
    }

    [Theory]
    [InlineData("?ssl_check=1", 200)]
    [InlineData("", 405)]
    [InlineData("?ssl_check=2", 405)]
    public async Task Lets_Slack_look_at_the_certificate(string query, int status)
    {
        using var answer = await world.Bot.Client.GetAsync($"/hooks/from-slack{query}", TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("""{"version":1,"application_id":"1","type":1}""", 200, "{\"type\":1}")]
    [InlineData("""{"version":1,"application_id":"1","type":0}""", 204, "")]
    public async Task Answers_the_ping_of_Discord(string ping, int status, string body)
    {
        var discord = PresetCatalog.Find("discord")!;
        var held = await world.HeldAsync("discord");
        var request = await world.ResignAsync(discord, await world.RequestAsync(discord), System.Text.Encoding.UTF8.GetBytes(ping));

        var answer = await request.SendAsync(world.Bot);

        Assert.Equal(status, answer.Status);
        Assert.Contains(body, answer.Text, StringComparison.Ordinal);
        Assert.Equal(401, (await request.With(ping + " ").SendAsync(world.Bot)).Status);
        Assert.Equal(held, await world.HeldAsync("discord"));
    }

    [Theory]
    [InlineData("2", """{"type":5}""")]
    [InlineData("3", """{"type":6}""")]
    [InlineData("4", """{"type":8,"data":{"choices":[]}}""")]
    [InlineData("5", """{"type":5}""")]
    [InlineData("9", "")]
    [InlineData("0", "", """ "event":{"type":"APPLICATION_AUTHORIZED","timestamp":"2026-01-05T12:00:00Z"},""")]
    [InlineData("2", "", """ "event":{"type":"APPLICATION_DEAUTHORIZED","timestamp":"2026-01-05T12:00:00Z"},""")]
    public async Task Answers_an_interaction_of_Discord_at_once_and_holds_it(string type, string body, string more = "")
    {
        var discord = PresetCatalog.Find("discord")!;
        var held = await world.HeldAsync("discord");
        var interaction = $$"""{"id":"{{Guid.NewGuid()}}","application_id":"1","token":"aW50",{{more}}"type":{{type}},"data":{"name":"deploy"} }""";
        var request = await world.ResignAsync(discord, await world.RequestAsync(discord), System.Text.Encoding.UTF8.GetBytes(interaction));

        var first = await request.SendAsync(world.Bot);
        var again = await request.SendAsync(world.Bot);

        Assert.Equal(body.Length == 0 ? 204 : 200, first.Status);
        Assert.EndsWith("\r\n\r\n" + body, first.Text, StringComparison.Ordinal);
        Assert.Equal(first.WithoutDate, again.WithoutDate);
        Assert.Equal(held + 1, await world.HeldAsync("discord"));
        Assert.Equal(401, (await request.With(interaction + " ").SendAsync(world.Bot)).Status);
    }

    [Theory]
    [InlineData("command=%2Fdeploy&text=shop&channel_id=C1&trigger_id=")]
    [InlineData("payload=%7B%22type%22%3A%22block_actions%22%2C%22actions%22%3A%5B%5D%2C%22trigger_id%22%3A%22", "%22%7D")]
    [InlineData("payload=%7B%22type%22%3A%22view_submission%22%2C%22view%22%3A%7B%7D%2C%22trigger_id%22%3A%22", "%22%7D")]
    public async Task Answers_a_command_or_button_of_Slack_with_nothing_at_once_and_holds_it(string start, string end = "")
    {
        var slack = PresetCatalog.Find("slack")!;
        var held = await world.HeldAsync("slack");
        var form = System.Text.Encoding.ASCII.GetBytes(start + Guid.NewGuid() + end);
        var request = (await world.ResignAsync(slack, await world.RequestAsync(slack), form)).With("Content-Type", FormBody.ContentType);

        var answer = await request.SendAsync(world.Bot);

        Assert.Equal(200, answer.Status);
        Assert.EndsWith("\r\n\r\n", answer.Text, StringComparison.Ordinal);
        Assert.Equal(held + 1, await world.HeldAsync("slack"));
    }

    [Fact]
    public async Task Answers_the_question_of_Terraform_and_holds_nothing()
    {
        var answer = await (await world.RequestAsync(PresetCatalog.Find("terraform")!, "terraform.verification")).SendAsync(world.Bot);

        Assert.Equal(200, answer.Status);
        Assert.Null(answer.DeliveryId());
        Assert.Equal(0, await world.HeldAsync("terraform"));
    }

    [Theory]
    [InlineData("azure-event-grid")]
    [InlineData("azure-event-grid-entra")]
    public async Task Answers_the_question_of_Event_Grid_when_it_shows_its_proof(string name)
    {
        var request = (await world.RequestAsync(PresetCatalog.Find(name)!)).With("""
            [{"id":"1","topic":"","subject":"","data":{"validationCode":"512d38b6\"","validationUrl":"https://example.com"},"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","eventTime":"2026-01-05T12:00:00Z"}]
            """);

        var answer = await request.SendAsync(world.Bot);
        var stranger = await ProofPlace.Of(PresetCatalog.Find(name)!).Set(request, "another").SendAsync(world.Bot);

        Assert.Equal(200, answer.Status);
        Assert.Equal("512d38b6\"", (string?)answer.Json()["validationResponse"]);
        Assert.Equal(401, stranger.Status);
        Assert.Equal(0, await world.HeldAsync(name));
    }

    [Theory]
    [InlineData("cloudevents", "sender.example.com", 200)]
    [InlineData("azure-event-grid", "eventgrid.azure.net", 200)]
    [InlineData("cloudevents", null, 405)]
    [InlineData("github", "sender.example.com", 405)]
    public async Task Tells_who_asks_that_events_may_be_sent(string name, string? origin, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, $"/hooks/from-{name}");
        request.Headers.TryAddWithoutValidation("WebHook-Request-Origin", origin);

        using var answer = await world.Bot.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 200 ? [origin!] : [], answer.Headers.TryGetValues("WebHook-Allowed-Origin", out var allowed) ? allowed : []);
    }

    [Fact]
    public async Task Confirms_a_subscription_at_Amazon()
    {
        world.Published[new Uri(Confirmation)] = "<ConfirmSubscriptionResponse/>";

        Assert.Equal(200, (await (await SubscriptionAsync(Confirmation)).SendAsync(world.Bot)).Status);

        Assert.Single(world.Asked, a => a == new Uri(Confirmation));
        Assert.Equal(0, await world.HeldAsync("aws-sns"));
    }

    [Theory]
    [InlineData("https://example.com/confirm")]
    [InlineData("http://sns.eu-central-1.amazonaws.com/confirm")]
    [InlineData("https://sns.eu-central-1.amazonaws.com.example.com/confirm")]
    [InlineData("https://user@sns.eu-central-1.amazonaws.com/confirm")]
    [InlineData("https://sns.eu-central-1.amazonaws.com:8443/confirm")]
    [InlineData("https://bucket.s3.amazonaws.com/confirm")]
    [InlineData("not an address")]
    public async Task Visits_nobody_but_Amazon_even_when_it_is_signed(string address)
    {
        Assert.Equal(400, (await (await SubscriptionAsync(address)).SendAsync(world.Bot)).Status);

        Assert.DoesNotContain(world.Asked, a => a.AbsolutePath == "/confirm");
    }

    [Fact]
    public async Task Visits_nobody_for_a_topic_that_is_not_named_or_a_message_that_is_not_signed()
    {
        const string other = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=other";
        var unsigned = await SubscriptionAsync("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=unsigned");

        Assert.Equal(401, (await (await SubscriptionAsync(other, "arn:aws:sns:eu-central-1:999999999999:mine")).SendAsync(world.Bot)).Status);
        Assert.Equal(401, (await ProofPlace.Of(PresetCatalog.Find("aws-sns")!).Set(unsigned, "AAAA").SendAsync(world.Bot)).Status);
        Assert.Equal(401, (await (await SubscriptionAsync(other)).With("x-amz-sns-rawdelivery", "true").SendAsync(world.Bot)).Status);

        Assert.DoesNotContain(world.Asked, a => a.Query.Contains("other", StringComparison.Ordinal) || a.Query.Contains("unsigned", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Asks_to_be_asked_again_when_Amazon_does_not_confirm() =>
        Assert.Equal(503, (await (await SubscriptionAsync("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=late")).SendAsync(world.Bot)).Status);

    private async Task<SentRequest> SubscriptionAsync(string address, string topic = "arn:aws:sns:eu-central-1:123456789012:shop")
    {
        var preset = PresetCatalog.Find("aws-sns")!;
        var message = new JsonObject
        {
            ["Type"] = "SubscriptionConfirmation",
            ["MessageId"] = Guid.NewGuid().ToString(),
            ["Token"] = "abc",
            ["TopicArn"] = topic,
            ["Message"] = "You have chosen to subscribe to the topic.",
            ["SubscribeURL"] = address,
            ["Timestamp"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["SignatureVersion"] = "2",
        };
        using var key = RSA.Create();
        key.ImportFromPem(world.SignerOf(preset).Secret);
        using var read = System.Text.Json.JsonDocument.Parse(message.ToJsonString());
        message["Signature"] = Convert.ToBase64String(key.SignData(SnsCheck.Content(read.RootElement), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return (await world.RequestAsync(preset)).With(message.ToJsonString());
    }
}
