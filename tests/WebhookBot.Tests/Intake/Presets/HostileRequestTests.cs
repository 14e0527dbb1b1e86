using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using WebhookBot.Intake;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>Requests made by somebody who has seen rightly signed ones, and adds to them what nobody signed.</summary>
public sealed class HostileRequestTests(SenderWorld world) : IClassFixture<SenderWorld>
{
    private const string Twilio = "http://localhost/hooks/from-twilio";

    [Theory]
    [InlineData("&type=push&state=passed&id=7")]
    [InlineData("&payload=%7B%7D")]
    [InlineData("&a")]
    public async Task Refuses_fields_beside_the_one_that_Travis_signs(string more)
    {
        var request = await world.RequestAsync(PresetCatalog.Find("travis")!);
        var body = Encoding.UTF8.GetString(request.Body);

        Assert.Equal(401, await StatusAsync(request.With(body + more)));
        Assert.Equal(401, await StatusAsync(request.With(more[1..] + "&" + body)));
        Assert.Equal(0, await world.HeldAsync("travis"));
    }

    [Theory]
    [InlineData("""{"Message":"{\"a\":1}","Message":"{}"}""")]
    [InlineData("""{"Message":{"AlarmName":"everything is fine"}}""")]
    [InlineData("""{"Message":"\ud800"}""")]
    [InlineData("""{"Message":null}""")]
    [InlineData("""{"Message":"{0}\nMessageId\n{1}","MessageId":7}""")]
    [InlineData("""{"Message":"{0}\nMessageId\n{1}","MessageId":null}""")]
    [InlineData("""{"MessageId":"{1}\nSubject\nExport","Subject":null}""")]
    [InlineData("""{"Type":"SubscriptionConfirmation"}""")]
    [InlineData("""{"TopicArn":"arn:aws:sns:eu-central-1:999999999999:mine"}""")]
    [InlineData("""{"SignatureVersion":"1"}""")]
    [InlineData("""{"SignatureVersion":"3"}""")]
    [InlineData("""{"SigningCertURL":"https://sns.eu-central-1.amazonaws.com.example.com/a.pem","MessageId":"another"}""")]
    public async Task Refuses_a_message_of_SNS_that_can_be_read_in_another_way(string changes)
    {
        var request = await world.RequestAsync(PresetCatalog.Find("aws-sns")!);
        var signed = JsonNode.Parse(request.Body)!;
        var changed = changes
            .Replace("{0}", JsonEncoded(signed["Message"]!), StringComparison.Ordinal)
            .Replace("{1}", JsonEncoded(signed["MessageId"]!), StringComparison.Ordinal);

        // Written together by hand: a key that comes twice has to stay.
        var names = System.Text.RegularExpressions.Regex.Matches(changed, "\"(\\w+)\":(?![^{]*\\})|\"(Message|MessageId|Subject|Type|TopicArn|SignatureVersion|SigningCertURL)\":").Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Value).ToHashSet();
        var rest = signed.AsObject().Where(p => !names.Contains(p.Key)).Select(p => $"\"{p.Key}\":{p.Value!.ToJsonString()}");

        Assert.Equal(401, await StatusAsync(request.With($"{changed[..^1]},{string.Join(',', rest)}}}")));
        Assert.Equal(0, await world.HeldAsync("aws-sns"));
    }

    [Fact]
    public async Task Takes_no_two_deliveries_for_one_token_of_Mailgun()
    {
        var preset = PresetCatalog.Find("mailgun")!;
        var request = await world.RequestAsync(preset);
        var time = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var token = "123" + new string('a', 47);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(world.SignerOf(preset).Secret), Encoding.UTF8.GetBytes(time + token)));
        SentRequest With(string t, string k)
        {
            var body = JsonNode.Parse(request.Body)!;
            body["signature"] = new JsonObject { ["timestamp"] = t, ["token"] = k, ["signature"] = signature };
            return request.With(body.ToJsonString());
        }

        var first = await With(time, token).SendAsync(world.Bot);

        // As milliseconds it is the same time, and the token is another text.
        var second = await With(time + token[..3], token[3..]).SendAsync(world.Bot);

        Assert.Equal(202, first.Status);
        Assert.Equal(first.DeliveryId(), second.DeliveryId());
        Assert.Equal(1, await world.HeldAsync("mailgun"));
    }

    [Fact]
    public async Task Takes_JSON_of_Twilio_only_with_its_hash_in_the_signed_address()
    {
        const string body = """{"type":"com.example.message","id":"EV1"}""";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        var json = new SentRequest($"/hooks/from-twilio?bodySHA256={hash}", [new("Content-Type", "application/json"), new("X-Twilio-Signature", Sign($"{Twilio}?bodySHA256={hash}"))], Encoding.UTF8.GetBytes(body));
        var bare = json with { Target = "/hooks/from-twilio" };

        Assert.Equal(401, await StatusAsync(json.With(body + " ")));
        Assert.Equal(401, await StatusAsync(json.With("Content-Type", FormBody.ContentType).With("=")));
        Assert.Equal(401, await StatusAsync(json.With("Content-Type", FormBody.ContentType).With("")));
        Assert.Equal(401, await StatusAsync(bare));
        Assert.Equal(401, await StatusAsync(bare.With("X-Twilio-Signature", Sign(Twilio))));
        Assert.Equal(204, await StatusAsync(json));
    }

    [Theory]
    [InlineData("x:99999")]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a_b")]
    [InlineData("-")]
    [InlineData("xn--a")]
    [InlineData("1.2.3.4.5")]
    [InlineData("[::1]:0")]
    [InlineData("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")]
    public async Task Refuses_what_comes_to_a_host_that_is_none_like_any_wrong_signature(string host)
    {
        var request = (await world.RequestAsync(PresetCatalog.Find("twilio")!)).With("X-Twilio-Signature", "AAAA");
        var bytes = Encoding.Latin1.GetString(RawHttp.Post(request.Target, request.Body, [.. request.Headers.Select(h => $"{h.Key}: {h.Value}")]));

        var answer = await RawHttp.SendAsync(world.Bot.Client.BaseAddress!, Encoding.Latin1.GetBytes(bytes.Replace("Host: localhost", $"Host: {host}", StringComparison.Ordinal)));

        Assert.Equal((await request.SendAsync(world.Bot)).WithoutDate, answer.WithoutDate);
        Assert.Equal(401, answer.Status);
    }

    [Theory]
    [InlineData("b\u00c3\u00bccher.example", 405)]
    [InlineData("a\tb", 405)]
    [InlineData("a b", 405)]
    [InlineData("<script>", 405)]
    [InlineData("one.example, two.example", 405)]
    [InlineData("one.example\r\nWebHook-Request-Origin: two.example", 405)]
    [InlineData("*", 405)]
    [InlineData("", 405)]
    [InlineData("sender-1.example.com:8080", 200)]
    public async Task Gives_back_no_origin_that_is_none(string origin, int status)
    {
        var answer = await RawHttp.SendAsync(world.Bot.Client.BaseAddress!, Encoding.UTF8.GetBytes(
            $"OPTIONS /hooks/from-cloudevents HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nWebHook-Request-Origin: {origin}\r\n\r\n"));

        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task Knows_a_form_of_Twilio_again_whatever_is_written_twice_in_it()
    {
        var request = await world.RequestAsync(PresetCatalog.Find("twilio")!);
        var body = Encoding.UTF8.GetString(request.Body);
        var held = await world.HeldAsync("twilio");

        var first = await request.SendAsync(world.Bot);
        var twice = await request.With(body + "&" + body).SendAsync(world.Bot);
        var many = await request.With(string.Join('&', Enumerable.Repeat(body, 150)) + "&CallStatus=evil").SendAsync(world.Bot);

        Assert.NotNull(first.DeliveryId());
        Assert.Equal(first.DeliveryId(), twice.DeliveryId());
        Assert.Equal(400, many.Status);
        Assert.Equal(held + 1, await world.HeldAsync("twilio"));
    }

    [Theory]
    [InlineData("t={0},t={0},v1={1}", 401)]
    [InlineData("t=1,t={0},v1={1}", 401)]
    [InlineData("T={0},v1={1}", 401)]
    [InlineData("t={0}", 401)]
    [InlineData("v1={1}", 401)]
    [InlineData("t={0},v0={1}", 401)]
    [InlineData("t={0},v1=,v1={1}", 202)]
    [InlineData("t={0}, v1={2}, v1={1}, v0={2}", 202)]
    [InlineData("t={0},v1={1},{3}", 202)]
    [InlineData("t={0},{3},v1={1}", 401)]
    public async Task Reads_a_list_of_signatures_no_further_than_it_may_go(string header, int status)
    {
        var preset = PresetCatalog.Find("stripe")!;
        var request = await world.RequestAsync(preset);
        var parts = request["Stripe-Signature"]!.Split(',');
        var wrong = new string('0', 64);
        var value = header
            .Replace("{0}", parts[0][2..], StringComparison.Ordinal).Replace("{1}", parts[1][3..], StringComparison.Ordinal).Replace("{2}", wrong, StringComparison.Ordinal)
            .Replace("{3}", string.Join(',', Enumerable.Repeat("v1=" + wrong, 300)), StringComparison.Ordinal);

        Assert.Equal(status, await StatusAsync(request.With("Stripe-Signature", value)));
    }

    [Theory]
    [InlineData("""{"message":{"messageId":"1","data":"\ud800"}}""")]
    [InlineData("""{"message":{"messageId":"1","messageId":"2","data":""}}""")]
    [InlineData("""{"message":{"messageId":"1","data":"eyJhIjoxLCJhIjoyfQ=="},"message":{}}""")]
    [InlineData("""[]""")]
    [InlineData("""{"message":7}""")]
    public async Task Refuses_a_message_of_Pub_Sub_that_cannot_be_unpacked(string body)
    {
        Assert.Equal(400, await StatusAsync((await world.RequestAsync(PresetCatalog.Find("google-pubsub")!)).With(body)));
        Assert.Equal(0, await world.HeldAsync("google-pubsub"));
    }

    private static string JsonEncoded(JsonNode text) => text.ToJsonString()[1..^1];

#pragma warning disable CA5350 // Twilio signs with SHA-1.
    private string Sign(string content) =>
        Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(world.SignerOf(PresetCatalog.Find("twilio")!).Secret), Encoding.UTF8.GetBytes(content)));
#pragma warning restore CA5350

    private async Task<int> StatusAsync(SentRequest request) => (await request.SendAsync(world.Bot)).Status;
}
