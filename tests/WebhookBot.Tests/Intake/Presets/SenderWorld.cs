using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Cli;
using WebhookBot.Clients.Http;
using WebhookBot.Intake;
using WebhookBot.Rules.Testing;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>A bot with a source for every preset, and all their senders. What they publish is for the test to say.</summary>
public sealed class SenderWorld : IAsyncLifetime
{
    /// <summary>What sources say that need to.</summary>
    private static readonly Dictionary<string, string> OptionValues = new()
    {
        ["topics"] = "arn:aws:sns:eu-central-1:123456789012:*",
        ["tenant"] = "11111111-2222-4333-8444-555555555555",
        ["audience"] = "https://bot.example.com",
        ["account"] = "sender@acme.example",
    };

    private readonly TemporaryFolder _folder = new();
    private readonly NobodyOutside _outside = new();
    private Dictionary<string, string> _secrets = [];

    /// <summary>The <c>rules:</c> of the bot.</summary>
    internal string Rules { get; init; } = "";

    public RunningBot Bot { get; private set; } = null!;

    /// <summary>The addresses that the bot tried to have something from.</summary>
    public IReadOnlyCollection<Uri> Asked => _outside.Asked;

    /// <summary>What is to be had at which address; nothing else is to be had anywhere.</summary>
    public ConcurrentDictionary<Uri, string> Published => _outside.Published;

    public async ValueTask InitializeAsync()
    {
        _folder.Write("rules/sources.yml", "sources:\n" + string.Concat(PresetCatalog.All.Select(Source)));
        Bot = await RunningBot.StartAsync(
            Rules,
            [new("Intake:UnverifiedBurst", "10000000")],
            _folder,
            services => services.AddHttpClient(GuardedHttp.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => _outside));
        _secrets = DevelopmentSecrets.Load(Path.Combine(_folder.Path, "data", "development-secrets.json"));
    }

    public async ValueTask DisposeAsync()
    {
        await Bot.DisposeAsync();
        _folder.Dispose();
        _outside.Dispose();
    }

    /// <summary>The samples of a preset's events; what it answers itself is not among them.</summary>
    internal static IEnumerable<string> SamplesOf(SourcePreset preset) =>
        SampleCatalog.Names.Where(n => n.Split('.')[0] == (preset.EventsOf ?? preset.Name) && n != "terraform.verification");

    /// <summary>The source of that preset. Some presets have names that the bot keeps for itself.</summary>
    internal static string SourceOf(string preset) => "from-" + preset;

    /// <summary>A sample's name as its source has it.</summary>
    internal static string EventOf(SourcePreset preset, string sample) => SourceOf(preset.Name) + sample[sample.IndexOf('.', StringComparison.Ordinal)..];

    /// <summary>What the proof of a preset's sender is worth.</summary>
    internal Proof ProofOf(SourcePreset preset) => Bot.Services.GetRequiredService<SourceRegistry>().Find(SourceOf(preset.Name))!.Verifier.Proof;

    /// <summary>The secret that both sides have, or the sender's private key.</summary>
    internal SampleSigner SignerOf(SourcePreset preset)
    {
        var name = preset.NeedsSecret ? Setting(preset) : DevelopmentSecrets.KeyName(SourceOf(preset.Name));
        return Signer(preset, _secrets[SampleKeys.IsSendersOwn(preset) ? DevelopmentSecrets.PrivateName(name) : name]);
    }

    /// <summary>Somebody else, with a secret of the right kind.</summary>
    internal static SampleSigner StrangerTo(SourcePreset preset)
    {
        var (secret, other) = SampleKeys.Create(preset);
        return Signer(preset, other ?? secret);
    }

    /// <summary>A sample as the preset's sender sends it.</summary>
    internal Task<SentRequest> RequestAsync(SourcePreset preset, string? sample = null, SampleSigner? signer = null, TimeSpan off = default)
    {
        var name = sample ?? SamplesOf(preset).First();
        return SentRequest.OfAsync(SampleRequest.Create(
            preset, EventOf(preset, name), SampleCatalog.Find(name)!, signer ?? SignerOf(preset), new Uri($"http://localhost/hooks/{SourceOf(preset.Name)}"), DateTimeOffset.UtcNow + off, []));
    }

    /// <summary>The request with another body, signed anew; for senders that sign it beside it.</summary>
    internal async Task<SentRequest> ResignAsync(SourcePreset preset, SentRequest request, byte[] body)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri("http://localhost" + request.Target));
        var unsigned = ProofPlace.Of(preset).Set(request, null);
        foreach (var (name, value) in unsigned.Headers.Where(h => h.Key != "Content-Type" && preset.Verify.All(v => v.Timestamp?.Header != h.Key)))
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        SampleSignature.Add(message, preset, body, SignerOf(preset), DateTimeOffset.UtcNow);
        message.Content = new ByteArrayContent(body);
        return (await SentRequest.OfAsync(message)).With("Content-Type", request.ContentType);
    }

    /// <summary>How many deliveries of that preset's source the bot holds.</summary>
    public async Task<int> HeldAsync(string preset) =>
        (await Bot.Client.GetFromJsonAsync<JsonElement>($"/api/deliveries?limit=1000&source={SourceOf(preset)}", TestContext.Current.CancellationToken)).GetProperty("items").GetArrayLength();

    private static SampleSigner Signer(SourcePreset preset, string secret) =>
        new(secret, DevelopmentSecrets.KeyName(SourceOf(preset.Name)), option => preset.Options.Any(o => o.Name == option) ? [OptionValues[option]] : []);

    private static string Setting(SourcePreset preset) => preset.Name.ToUpperInvariant().Replace('-', '_') + "_SECRET";

    private static string Source(SourcePreset preset)
    {
        var secret = preset.NeedsSecret ? $", secret: {Setting(preset)}" : "";
        return $"  {SourceOf(preset.Name)}: {{ preset: {preset.Name}{secret}{string.Concat(preset.Options.Select(o => $", {o.Name}: \"{OptionValues[o.Name]}\""))} }}\n";
    }

    private sealed class NobodyOutside : HttpMessageHandler
    {
        public ConcurrentQueue<Uri> Asked { get; } = new();

        public ConcurrentDictionary<Uri, string> Published { get; } = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Enqueue(request.RequestUri!);
            return Task.FromResult(Published.TryGetValue(request.RequestUri!, out var text)
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text) }
                : new HttpResponseMessage(HttpStatusCode.NotFound));
        }
    }
}
