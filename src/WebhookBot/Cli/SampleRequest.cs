using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Clients;
using WebhookBot.Intake;
using WebhookBot.Rules.Sources;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Cli;

/// <summary>What a sample is signed with.</summary>
/// <param name="Secret">The secret; for senders that sign with a key of their own, the private key.</param>
/// <param name="KeyName">The name of that key, for tokens.</param>
/// <param name="Options">The values of an option of the source.</param>
internal sealed record SampleSigner(string Secret, string KeyName, Func<string, IReadOnlyList<string>> Options)
{
    /// <summary>The first value of that option, or null.</summary>
    public string? Option(string name) => Options(name) is [var first, ..] ? first : null;
}

/// <summary>A request as the sender of a preset would make it.</summary>
internal static class SampleRequest
{
    /// <param name="preset">The preset.</param>
    /// <param name="eventName">The event, with the source's name in front.</param>
    /// <param name="sample">The payload as rules read it.</param>
    /// <param name="signer">What to sign with.</param>
    /// <param name="address">Where it goes.</param>
    /// <param name="now">The time that is signed.</param>
    /// <param name="kept">The paths of the payload that are to stay as they are; null when it is somebody's own, and all of it is.</param>
    public static HttpRequestMessage Create(
        SourcePreset preset, string eventName, byte[] sample, SampleSigner signer, Uri address, DateTimeOffset now, IReadOnlyCollection<string>? kept)
    {
        var id = Guid.NewGuid().ToString();
        var fresh = Freshen(preset, sample, kept, id, eventName[(eventName.IndexOf('.', StringComparison.Ordinal) + 1)..], signer, now);
        var packed = preset.Pack?.Invoke(fresh) ?? new PackedSample("application/json", fresh);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(packed.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(packed.ContentType);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("webhookbot-send", BotHost.Version));
        foreach (var header in HeadersOf(preset.Ids).Except(HeadersOf(preset.Events)))
        {
            request.Headers.TryAddWithoutValidation(header, id);
        }

        foreach (var header in HeadersOf(preset.Subjects))
        {
            request.Headers.TryAddWithoutValidation(header, "acme.example.com");
        }

        var rest = eventName[(eventName.IndexOf('.', StringComparison.Ordinal) + 1)..];
        foreach (var header in HeadersOf(preset.Events))
        {
            request.Headers.TryAddWithoutValidation(header, preset.Events[0].Parts.Count > 1 ? rest.Split('.')[0] : rest);
        }

        SampleSignature.Add(request, preset, packed.Body, signer, now);
        return request;
    }

    // Only those of the first way: the others are for senders that do it otherwise.
    private static IEnumerable<string> HeadersOf(IReadOnlyList<ValueTemplate> templates) =>
        templates.Count == 0 ? [] : templates[0].Parts.Where(p => p.Place == ValuePlace.Header).Select(p => p.Text);

    // An id of its own, so that it can be sent again; and what a sender writes into the body when it sends.
    private static byte[] Freshen(SourcePreset preset, byte[] sample, IReadOnlyCollection<string>? kept, string id, string eventName, SampleSigner signer, DateTimeOffset now)
    {
        var payload = JsonNode.Parse(sample)!;
        var isChanged = false;
        if (kept is not null && preset is { HashesId: false, Ids: [{ Parts: [{ Place: ValuePlace.Json, Text: var path }] }, ..] } && !kept.Contains(path))
        {
            PayloadOverrides.Set(payload, path, JsonSerializer.SerializeToElement(id));
            isChanged = true;
        }

        if (payload is JsonObject && EventPlace(preset) is { } named && !JsonElement.Parse(sample).At(named.Split('.')).IsPresent())
        {
            PayloadOverrides.Set(payload, named, JsonSerializer.SerializeToElement(eventName));
            isChanged = true;
        }

        isChanged |= SampleSignature.AddToBody(payload, preset, signer, now);
        return isChanged ? JsonSerializer.SerializeToUtf8Bytes(payload) : sample;
    }

    /// <summary>Where a body says its event; null when it does not, or not in one place.</summary>
    public static string? EventPlace(SourcePreset preset) =>
        preset.Events is [{ Parts: [{ Place: ValuePlace.Json, IsSilent: false, Text: var path }] }] ? path : null;
}
