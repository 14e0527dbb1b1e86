using System.Text;
using WebhookBot.Intake;
using WebhookBot.Tests.Intake.Presets;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Intake.Verification;

/// <summary>The senders' own libraries sign for the bot, and judge what the bot signs.</summary>
public sealed class VendorLibraryTests(SenderWorld world) : IClassFixture<SenderWorld>
{
    private const string Body = """{"id":"evt_1","type":"invoice.paid","note":"é 🙂"}""";

    [Theory]
    [InlineData("standardwebhooks", "standard-webhooks", "webhook")]
    [InlineData("standardwebhooks", "gitlab", "webhook")]
    [InlineData("svix", "standard-webhooks", "svix")]
    [InlineData("stripe", "stripe", null)]
    public async Task Takes_what_the_library_signs_and_nothing_that_was_changed(string library, string name, string? prefix)
    {
        var preset = PresetCatalog.Find(name)!;
        var body = name == "gitlab" ? Body.Replace("\"type\"", "\"object_kind\"", StringComparison.Ordinal) : Body;
        var (id, now) = (Guid.NewGuid().ToString(), DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        var question = new VendorQuestion(library, world.SignerOf(preset).Secret, id, now, body);
        var signature = await VendorLibraries.SignAsync(question);
        var request = new SentRequest($"/hooks/{SenderWorld.SourceOf(name)}", [new("Content-Type", "application/json")], Encoding.UTF8.GetBytes(body));
        request = prefix is null
            ? request.With("Stripe-Signature", signature)
            : request.With($"{prefix}-id", id).With($"{prefix}-timestamp", $"{now}").With($"{prefix}-signature", signature);

        Assert.Equal(401, await StatusAsync(request.With(body.Replace("paid", "void", StringComparison.Ordinal))));
        Assert.Equal(401, await StatusAsync(request.With(body + "\n")));
        if (prefix is not null)
        {
            Assert.Equal(401, await StatusAsync(request.With($"{prefix}-id", Guid.NewGuid().ToString())));
            Assert.Equal(401, await StatusAsync(request.With($"{prefix}-timestamp", $"{now + 1}")));
        }

        Assert.Equal(202, await StatusAsync(request));
        Assert.True(await VendorLibraries.VerifyAsync(question with { Signature = signature }));
        Assert.False(await VendorLibraries.VerifyAsync(question with { Signature = signature, Body = body + "\n" }));
    }

    [Theory]
    [InlineData("standardwebhooks", "standard-webhooks")]
    [InlineData("stripe", "stripe")]
    public async Task Signs_samples_that_the_library_takes(string library, string name)
    {
        var preset = PresetCatalog.Find(name)!;
        var request = await world.RequestAsync(preset);
        var time = request["webhook-timestamp"] is { } seconds ? long.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture) : 0;
        var question = new VendorQuestion(library, world.SignerOf(preset).Secret, request["webhook-id"] ?? "", time, Encoding.UTF8.GetString(request.Body), ProofPlace.Of(preset).Get(request));

        Assert.True(await VendorLibraries.VerifyAsync(question));
        Assert.False(await VendorLibraries.VerifyAsync(question with { Body = question.Body + " " }));
    }

    private async Task<int> StatusAsync(SentRequest request) => (await request.SendAsync(world.Bot)).Status;
}
