using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Intake;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Intake.Verification;

/// <summary>Signatures that senders published with the secret and the body they are of.</summary>
public sealed class PublishedVectorTests : IAsyncLifetime
{
    private const string TwilioPath = "/myapp.php";
    private const string Sources = """
        sources:
          github: { preset: github, secrets: [GITHUB_DOCS, OCTOKIT] }
          jira: { preset: jira, secret: GITHUB_DOCS }
          bitbucket: { preset: bitbucket, secret: GITHUB_DOCS }
          circleci: { preset: circleci, secrets: [CIRCLE, CIRCLE_OTHER, CIRCLE_HUNTER] }
          slack-app: { preset: slack, secret: SLACK }
          hooks: { preset: standard-webhooks, secrets: [STANDARD, STANDARD_PUBLIC] }
          mail: { preset: sendgrid, secret: SENDGRID }
          twilio: { preset: twilio, secret: TWILIO }
          sha1: { verify: { hmac: sha1, header: X-Signature, secret: CIRCLE }, event: { json: a } }
          sha256: { verify: { hmac: sha256, header: X-Signature, secret: CIRCLE }, event: { json: a } }
          sha512: { verify: { hmac: sha512, header: X-Signature, secret: CIRCLE }, event: { json: a } }
          scalr: { verify: { hmac: sha1, header: X-Signature, signed: "{body}{header:Date}", secret: SCALR }, event: { json: a } }
        """;

    private readonly JumpingClock _clock = new();
    private readonly TemporaryFolder _folder = new();
    private RunningBot _bot = null!;

    /// <summary>The source, the time, the content type and other headers, the body; and the answer, 400 where the body is no event.</summary>
    public static TheoryData<string, long, string[], string, int> Vectors => new()
    {
        // https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
        { "github", 0, ["X-GitHub-Event: push", "X-GitHub-Delivery: 1", "X-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"], "Hello, World!", 400 },

        // octokit/webhooks-methods.js, test/verify.test.ts
        { "github", 0, ["X-GitHub-Event: push", "X-GitHub-Delivery: 1", "X-Hub-Signature-256: sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3"], """{"foo":"bar"}""", 202 },

        // https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks
        { "jira", 0, ["X-Atlassian-Webhook-Identifier: 1", "X-Hub-Signature: sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"], "Hello World!", 400 },
        { "bitbucket", 0, ["X-Event-Key: repo:push", "X-Request-UUID: 1", "X-Hub-Signature: sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"], "Hello World!", 400 },

        // https://circleci.com/docs/guides/integration/outbound-webhooks/#validate-webhooks; PagerDuty writes its signatures in the same way.
        { "circleci", 0, ["circleci-signature: v1=734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a"], "hello world", 400 },
        { "circleci", 0, ["circleci-signature: v1=daa220016c8f29a8b214fbfc3671aeec2145cfb1e6790184ffb38b6d0425fa00"], "lalala", 400 },
        { "circleci", 0, ["circleci-signature: v1=9be2242094a9a8c00c64306f382a7f9d691de910b4a266f67bd314ef18ac49fa"], "an-important-request-payload", 400 },
        { "circleci", 0, ["circleci-signature: v1=773ba44693c7553d6ee20f61ea5d2757a9a4f4a44d2841ae4e95b52e4cd62db4"], "foo", 400 },

        // https://docs.slack.dev/authentication/verifying-requests-from-slack
        { "slack-app", 1531420618, ["Content-Type: application/x-www-form-urlencoded", "X-Slack-Request-Timestamp: 1531420618", "X-Slack-Signature: v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"], "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c", 200 },

        // standard-webhooks/standard-webhooks, libraries/javascript; svix/svix-webhooks, server/svix-server/src/worker.rs
        { "hooks", 1614265330, ["webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp: 1614265330", "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="], """{"test": 2432232314}""", 202 },
        { "hooks", 1614265330, ["svix-id: msg_p5jXN8AQM9LWM0D4loKWxJek", "svix-timestamp: 1614265330", "svix-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="], """{"test": 2432232314}""", 202 },
        { "hooks", 1614265330, ["webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp: 1614265330", "webhook-signature: v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="], """{"test": 2432232314}""", 202 },

        // sendgrid/sendgrid-csharp, RequestValidatorTests. The line break at the end is signed.
        { "mail", 1600112502, ["X-Twilio-Email-Event-Webhook-Timestamp: 1600112502", "X-Twilio-Email-Event-Webhook-Signature: MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM="], "[{\"email\":\"hello@world.com\",\"event\":\"dropped\",\"reason\":\"Bounced Address\",\"sg_event_id\":\"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA\",\"sg_message_id\":\"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0\",\"smtp-id\":\"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>\",\"timestamp\":1600112492}]\r\n", 202 },

        // adnanh/webhook, internal/hook/hook_test.go
        { "sha1", 0, ["X-Signature: b17e04cbb22afa8ffbff8796fc1894ed27badd9e"], """{"a": "z"}""", 202 },
        { "sha256", 0, ["X-Signature: f417af3a21bd70379b5796d5f013915e7029f62c580fb0f500f59a35a6f04c89"], """{"a": "z"}""", 202 },
        { "sha256", 0, ["X-Signature: f9e66e179b6747ae54108f82f8ade8b3c25d76fd30afde6c395822c530196169"], "", 400 },
        { "sha512", 0, ["X-Signature: 4ab17cc8ec668ead8bf498f87f8f32848c04d5ca3c9bcfcd3db9363f0deb44e580b329502a7fdff633d4d8fca301cc5c94a55a2fec458c675fb0ff2655898324"], """{"a": "z"}""", 202 },
        { "scalr", 0, ["Date: Thu 07 Sep 2017 06:30:04 UTC", "X-Signature: 48e395e38ac48988929167df531eb2da00063a7d"], """{"a": "b"}""", 202 },
    };

    // twilio/twilio-csharp, RequestValidatorTest
    public static TheoryData<string, string, string, string> OfTwilio => new()
    {
        { "?foo=1&bar=2", "CallSid=CA1234567890ABCDE&From=%2B14158675309&Digits=1234&To=%2B18005551212&Caller=%2B14158675309", FormBody.ContentType, "RSOYDt4T1cUTdK1PDd93/VVr8B8=" },
        { "?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620", """{"property": "value", "boolean": true}""", "application/json", "a9nBmqA0ju/hNViExpshrM61xv4=" },
    };

    public async ValueTask InitializeAsync()
    {
        _folder.Write("rules/sources.yml", Sources);
        _bot = await RunningBot.StartAsync(
            "",
            [
                new("GITHUB_DOCS", "It's a Secret to Everybody"), new("OCTOKIT", "mysecret"),
                new("CIRCLE", "secret"), new("CIRCLE_OTHER", "another-secret"), new("CIRCLE_HUNTER", "hunter123"),
                new("SLACK", "8f742231b10e8888abcd99yyyzzz85a5"),
                new("STANDARD", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), new("STANDARD_PUBLIC", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="),
                new("SENDGRID", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="),
                new("TWILIO", "12345"), new("Intake:PublicUrl", "https://mycompany.com"), new("SCALR", "bilFGi4ZVZUdG+C6r0NIM9tuRq6PaG33R3eBUVhLwMAErGBaazvXe4Gq2DcJs5q+"),
            ],
            _folder,
            services => services.AddSingleton<TimeProvider>(_clock).AddSingleton<IStartupFilter, TwilioAddress>());
    }

    public async ValueTask DisposeAsync()
    {
        await _bot.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public async Task Takes_what_was_published_and_nothing_else(string source, long time, string[] headers, string body, int status)
    {
        _clock.Set(time == 0 ? DateTimeOffset.UtcNow : DateTimeOffset.FromUnixTimeSeconds(time));
        string[] all = headers.Any(h => h.StartsWith("Content-Type", StringComparison.Ordinal)) ? headers : ["Content-Type: application/json", .. headers];

        Assert.Equal(401, await StatusAsync(source, all, body + " "));
        Assert.Equal(401, await StatusAsync(source, [.. all.Select(Changed)], body));
        if (time != 0)
        {
            _clock.Jump(TimeSpan.FromMinutes(11));
            Assert.Equal(401, await StatusAsync(source, all, body));
            _clock.Jump(TimeSpan.FromMinutes(-11));
        }

        Assert.Equal(status, await StatusAsync(source, all, body));
    }

    // The address is signed and is not one of the bot's, as if a proxy had led from it to the bot and not said so. Neither body is an event.
    [Theory]
    [MemberData(nameof(OfTwilio))]
    public async Task Takes_what_Twilio_published_for_an_address_of_its_own(string query, string body, string contentType, string signature)
    {
        Assert.Equal(401, await TwilioAsync(query, body.Replace('1', '2').Replace("value", "other", StringComparison.Ordinal), signature));
        Assert.Equal(401, await TwilioAsync(query.Replace("foo=1", "foo=2", StringComparison.Ordinal), body, signature));
        Assert.Equal(401, await TwilioAsync(query, body, "A" + signature[1..]));
        Assert.Equal(401, await TwilioAsync(query, body, signature, "/myapp.php5"));
        Assert.Equal(400, await TwilioAsync(query, body, signature));

        async Task<int> TwilioAsync(string q, string b, string s, string path = TwilioPath) =>
            (await RawHttp.SendAsync(_bot.Client.BaseAddress!, RawHttp.Post(path + q, Encoding.UTF8.GetBytes(b), $"Content-Type: {contentType}", $"X-Twilio-Signature: {s}"))).Status;
    }

    // Another character in the signature.
    private static string Changed(string header)
    {
        if (!header.Contains("ignature", StringComparison.Ordinal))
        {
            return header;
        }

        var at = header.IndexOf(": ", StringComparison.Ordinal) + 20;
        return header[..at] + (header[at] == '0' ? '1' : '0') + header[(at + 1)..];
    }

    private async Task<int> StatusAsync(string source, string[] headers, string body) =>
        (await RawHttp.SendAsync(_bot.Client.BaseAddress!, RawHttp.Post($"/hooks/{source}", Encoding.UTF8.GetBytes(body), headers))).Status;

    /// <summary>Leads from the address that Twilio published to the bot's own.</summary>
    private sealed class TwilioAddress : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, rest) =>
            {
                if (!http.Request.Path.StartsWithSegments("/myapp.php") && !http.Request.Path.StartsWithSegments("/myapp.php5"))
                {
                    return rest(http);
                }

                http.Request.RouteValues["source"] = "twilio";
                return http.RequestServices.GetRequiredService<IntakeEndpoint>().HandleAsync(http);
            });
            next(app);
        };
    }
}
