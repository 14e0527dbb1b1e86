using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Clients.Http;
using WebhookBot.Intake;
using WebhookBot.Intake.Presets.Special;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Intake.Verification;

/// <summary>Certificates that messages name before anybody knows who sent them.</summary>
public sealed class CertificateTests : IAsyncLifetime
{
    private const string Host = "https://sns.eu-central-1.amazonaws.com";
    private const string Sources = """
        sources:
          topics: { preset: aws-sns, topics: "arn:aws:sns:eu-central-1:123456789012:*" }
        """;

    private readonly JumpingClock _clock = new();
    private readonly TemporaryFolder _folder = new();
    private readonly Amazon _amazon = new();
    private RunningBot _bot = null!;

    public async ValueTask InitializeAsync()
    {
        _folder.Write("rules/sources.yml", Sources);
        _bot = await RunningBot.StartAsync("", [new("Intake:UnverifiedBurst", "100000")], _folder, services =>
        {
            services.AddSingleton<TimeProvider>(_clock);
            services.AddHttpClient(GuardedHttp.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => _amazon);
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _bot.DisposeAsync();
        _folder.Dispose();
        _amazon.Dispose();
    }

    [Fact]
    public async Task Asks_for_few_certificates_a_minute_however_many_are_named()
    {
        Assert.Equal(202, await StatusAsync(Message(_amazon.Key, "known")));
        await FloodAsync("first", 300);
        Assert.Equal(PublishedKeys.MostAskedAMinute, _amazon.Asked.Count);

        // Who is known already is still taken, and nobody is asked again for it.
        Assert.Equal(202, await StatusAsync(Message(_amazon.Key, "known")));
        for (var minute = 1; minute <= 10; minute++)
        {
            _clock.Jump(TimeSpan.FromSeconds(61));
            await FloodAsync($"minute-{minute}", 30);
            await FloodAsync("first", 30);
            Assert.Equal(202, await StatusAsync(Message(_amazon.Key, "known")));
            Assert.Equal(PublishedKeys.MostAskedAMinute * (minute + 1), _amazon.Asked.Count);
        }

        Assert.Single(_amazon.Asked, a => a.AbsolutePath == "/known.pem");
    }

    [Fact]
    public async Task Asks_again_for_a_certificate_that_there_was_no_room_for()
    {
        await FloodAsync("first", PublishedKeys.MostAskedAMinute);
        Assert.Equal(401, await StatusAsync(Message(_amazon.Key, "known")));

        _clock.Jump(TimeSpan.FromSeconds(61));
        Assert.Equal(202, await StatusAsync(Message(_amazon.Key, "known")));
    }

    [Fact]
    public async Task Finds_the_certificate_although_who_first_named_it_hung_up()
    {
        var answered = _amazon.Hold();
        using (var client = new TcpClient())
        {
            var server = _bot.Client.BaseAddress!;
            await client.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(Request(Message(_amazon.Key, "known")), TestContext.Current.CancellationToken);
            await Poll.UntilAsync(() => Task.FromResult(_amazon.Asked.Count), count => count == 1);
            client.Client.LingerState = new LingerOption(true, 0);
        }

        var next = StatusAsync(Message(_amazon.Key, "known"));
        answered.SetResult();

        Assert.Equal(202, await next);
        Assert.Single(_amazon.Asked);
    }

    private async Task FloodAsync(string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(401, await StatusAsync(Message(_amazon.Key, $"{name}-{i}")));
        }
    }

    private string Message(RSA key, string certificate)
    {
        var message = new JsonObject
        {
            ["Type"] = "Notification",
            ["MessageId"] = Guid.NewGuid().ToString(),
            ["TopicArn"] = "arn:aws:sns:eu-central-1:123456789012:shop",
            ["Message"] = "{}",
            ["Timestamp"] = _clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["SignatureVersion"] = "2",
            ["SigningCertURL"] = $"{Host}/{certificate}.pem",
        };
        message["Signature"] = Convert.ToBase64String(key.SignData(SnsCheck.Content(JsonElement.Parse(message.ToJsonString())), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return message.ToJsonString();
    }

    private static byte[] Request(string message) => RawHttp.Post("/hooks/topics", Encoding.UTF8.GetBytes(message), "Content-Type: text/plain");

    private async Task<int> StatusAsync(string message) => (await RawHttp.SendAsync(_bot.Client.BaseAddress!, Request(message))).Status;

    /// <summary>Has one certificate, and remembers what it was asked for.</summary>
    private sealed class Amazon : HttpMessageHandler
    {
        private readonly string _certificate;
        private Task _mayAnswer = Task.CompletedTask;

        public Amazon()
        {
            using var certificate = new CertificateRequest("CN=sns.amazonaws.com", Key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
            _certificate = certificate.ExportCertificatePem();
        }

        public RSA Key { get; } = RSA.Create(2048);

        public ConcurrentQueue<Uri> Asked { get; } = new();

        public TaskCompletionSource Hold()
        {
            var answered = new TaskCompletionSource();
            _mayAnswer = answered.Task;
            return answered;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Enqueue(request.RequestUri!);
            await _mayAnswer.WaitAsync(cancellationToken);
            return request.RequestUri!.AbsolutePath == "/known.pem"
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(_certificate) }
                : new HttpResponseMessage(HttpStatusCode.NotFound);
        }

        protected override void Dispose(bool disposing)
        {
            Key.Dispose();
            base.Dispose(disposing);
        }
    }
}
