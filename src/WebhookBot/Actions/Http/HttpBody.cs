using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using WebhookBot.Clients;

namespace WebhookBot.Actions.Http;

/// <summary>What is sent: a text as it is, a structure as JSON, and without either the delivery's payload.</summary>
internal static class HttpBody
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue Text = new("text/plain", "utf-8");

    public static (byte[] Bytes, MediaTypeHeaderValue? Type) Of(ActionRequest request, HttpMethod method)
    {
        var body = request.Arguments.At("body");
        if (!body.IsPresent())
        {
            var isExpected = method == HttpMethod.Post || method == HttpMethod.Put || method == HttpMethod.Patch;
            return isExpected ? (Raw(request.Payload), Json) : ([], null);
        }

        return body.ValueKind == JsonValueKind.String
            ? (Encoding.UTF8.GetBytes(body.GetString()!), IsJson(body.GetString()!) ? Json : Text)
            : (Raw(body), Json);
    }

    // As it was written: the serializer refuses half a surrogate pair, which a sender may write.
    private static byte[] Raw(JsonElement json) => JsonMarshal.GetRawUtf8Value(json).ToArray();

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
