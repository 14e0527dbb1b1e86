using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using WebhookBot.Journal;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>Names, numbers and orders what was verified: makes the delivery that is written down.</summary>
internal static class DraftMaker
{
    private const int LongestId = 200;
    private const int LongestName = 150;

    private static readonly SearchValues<char> OfNames = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:");

    /// <summary>The delivery, or what is wrong with the request.</summary>
    /// <param name="source">Where it came to.</param>
    /// <param name="request">The request.</param>
    /// <param name="body">The JSON that rules read.</param>
    /// <param name="verifiedBy">The secret that verified it.</param>
    /// <param name="now">The time.</param>
    public static (DeliveryDraft? Draft, IntakeAnswer? Problem) Make(WebhookSource source, IncomingRequest request, ReadOnlyMemory<byte> body, string verifiedBy, DateTimeOffset now)
    {
        var values = BodyJson.Read(body.Span, source.Fields, out var problem);
        if (values is null)
        {
            return (null, IntakeAnswer.Refused(400, "The body cannot be worked off", problem));
        }

        Func<ValuePart, string?> value = p => request.Read(p, source.Fields, values);

        // A header's value is a name or is refused; what a body says may be anybody's text, such as the action of a repository_dispatch.
        string? Named(ValuePart p) => p.Place == ValuePlace.Json ? AsName(value(p)) : value(p);
        if (First(source.Shape.Events, Named) is not { } name || !IsName(name))
        {
            return (null, IntakeAnswer.Refused(400, "The event has no name", $"expected it at {Places(source.Shape.Events)}, in letters, digits, '_', '-', '.', '/' and ':'"));
        }

        if (SenderId(source.Shape, value, name, body.Span) is not { } id)
        {
            return (null, IntakeAnswer.Refused(400, "The delivery has no id", $"expected it at {Places(source.Shape.Ids)}, {LongestId} characters at most"));
        }

        return (new DeliveryDraft
        {
            Source = source.Name,
            SenderId = id,
            Event = $"{source.Name}.{source.Shape.EventNames.GetValueOrDefault(name, name)}",
            Subject = First(source.Shape.Subjects, value) is { } subject ? $"{source.Name}:{subject}" : null,
            ReceivedAt = now,
            DedupeWindow = source.Shape.DedupeWindow,
            Headers = KeptHeaders.Of(request, source.Shape, verifiedBy),
            Body = body,
        }, null);
    }

    private static string? First(IReadOnlyList<ValueTemplate> templates, Func<ValuePart, string?> value)
    {
        for (var i = 0; i < templates.Count; i++)
        {
            if (templates[i].Render(value) is { Length: > 0 } text)
            {
                return text;
            }
        }

        return null;
    }

    // Without an id of the sender's own, the same event with the same body is the same delivery.
    private static string? SenderId(SourcePreset shape, Func<ValuePart, string?> value, string name, ReadOnlySpan<byte> body)
    {
        if (shape.Ids.Count == 0)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n"));
            hash.AppendData(body);
            return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
        }

        var id = First(shape.Ids, value);
        if (id is null || !shape.HashesId)
        {
            return id is { Length: > 0 and <= LongestId } ? id : null;
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));
    }

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && !name.AsSpan().ContainsAnyExcept(OfNames);

    private static string? AsName(string? text) =>
        text is null || (text is [not '/', ..] && text.Length <= LongestName / 2 && IsName(text)) ? text
            : string.Concat(text.TrimStart('/').Take(LongestName / 2).Select(c => OfNames.Contains(c) ? c : '_'));

    private static string Places(IReadOnlyList<ValueTemplate> templates) => string.Join(", or ", templates.Select(Places).Where(p => p.Length > 0).Distinct());

    private static string Places(ValueTemplate template) =>
        string.Join(" and ", template.Parts.Where(p => p.Place != ValuePlace.Literal && !p.IsOptional).Select(p => p.Place == ValuePlace.Header ? $"the header {p.Text}" : $"'{p.Text}' in the body"));
}
