using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using WebhookBot.Intake;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>How much of a request every preset verifies: the bytes as they came, what they say, or who sent them.</summary>
public sealed class PresetCoverageTests(SenderWorld world) : IClassFixture<SenderWorld>
{
    private static readonly JsonSerializerOptions Spread = new() { WriteIndented = true, NewLine = "\r\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Presets => [.. PresetCatalog.Names];

    [Theory]
    [MemberData(nameof(Presets))]
    public async Task Verifies_as_much_of_the_body_as_it_says(string name)
    {
        var preset = PresetCatalog.Find(name)!;
        var right = await world.RequestAsync(preset);
        var reencoded = Reencode(right);
        var changed = right with { Body = Change(right) };
        var covers = world.ProofOf(preset).Covers;

        var held = await world.HeldAsync(name);
        var ofChanged = await changed.SendAsync(world.Bot);
        Assert.Equal(covers == ProofCoverage.Sender, ofChanged.DeliveryId() is not null);
        Assert.True(covers == ProofCoverage.Sender || ofChanged.Status == 401, ofChanged.Text);
        var ofReencoded = await reencoded.SendAsync(world.Bot);
        Assert.Equal(covers != ProofCoverage.Bytes, ofReencoded.DeliveryId() is not null);
        Assert.True(covers != ProofCoverage.Bytes || ofReencoded.Status == 401, ofReencoded.Text);
        Assert.True(covers != ProofCoverage.Bytes || held == await world.HeldAsync(name));
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public async Task Verifies_the_bytes_as_they_came(string name)
    {
        var preset = PresetCatalog.Find(name)!;
        var request = await world.RequestAsync(preset);
        if (world.ProofOf(preset).Covers != ProofCoverage.Bytes)
        {
            Assert.InRange(await StatusAsync(request with { Body = [.. "\uFEFF"u8, .. request.Body] }), 200, 401);
            Assert.InRange(await StatusAsync(request with { Body = Broken(request.Body) }), 400, 401);
            return;
        }

        byte[] spread = [.. Reencode(request).Body, .. "\r\n"u8];
        byte[] marked = [.. "\uFEFF"u8, .. spread];
        Assert.NotNull((await (await world.ResignAsync(preset, request, spread)).SendAsync(world.Bot)).DeliveryId());
        Assert.NotNull((await (await world.ResignAsync(preset, request, marked)).SendAsync(world.Bot)).DeliveryId());
        var held = await world.HeldAsync(name);
        foreach (var (signed, sent) in new[] { (spread, marked), (marked, spread), (spread, Unix(spread)), (spread, Broken(spread)), (spread, spread[..^2]) })
        {
            Assert.Equal(401, await StatusAsync(await world.ResignAsync(preset, request, signed) with { Body = sent }));
        }

        // Where the time stands in the body, a body that is no text has none.
        var hasTimeInside = preset.Verify.Any(s => s.Timestamp?.Json is not null);
        Assert.Equal(hasTimeInside ? 401 : 400, await StatusAsync(await world.ResignAsync(preset, request, Broken(spread))));
        Assert.Equal(held, await world.HeldAsync(name));
    }

    // Not UTF-8, in the first text of a body or the last field of a form.
    private static byte[] Broken(byte[] body)
    {
        var text = Encoding.Latin1.GetString(body);
        var at = text.IndexOf(": \"", StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(at < 0 ? text + "\u00ff" : text.Insert(at + 3, "\u00ff"));
    }

    private static byte[] Unix(byte[] body) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).ReplaceLineEndings("\n"));

    // The same, written in another way.
    private static SentRequest Reencode(SentRequest request)
    {
        if (request.ContentType != FormBody.ContentType)
        {
            return request with { Body = JsonSerializer.SerializeToUtf8Bytes(JsonElement.Parse(request.Body), Spread) };
        }

        var fields = Encoding.UTF8.GetString(request.Body).Split('&');
        return request.With(string.Join('&', fields.Reverse()).Replace("%22", "\"", StringComparison.Ordinal));
    }

    // Another letter in the first text that is not part of the proof.
    private static byte[] Change(SentRequest request)
    {
        var body = Encoding.UTF8.GetString(request.Body);
        foreach (var text in new[] { "Export", "acme", "shop", "Shop", "SHOP", "US", "heckout", "Payment", "lisa" })
        {
            if (body.Contains(text, StringComparison.Ordinal))
            {
                return Encoding.UTF8.GetBytes(body.Replace(text, text[..^1] + "x", StringComparison.Ordinal));
            }
        }

        throw new ArgumentException("the sample has no text that the test knows");
    }

    private async Task<int> StatusAsync(SentRequest request) => (await request.SendAsync(world.Bot)).Status;
}
