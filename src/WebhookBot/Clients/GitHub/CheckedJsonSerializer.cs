using System.Collections;
using System.Text.Json;
using Octokit.Internal;

namespace WebhookBot.Clients.GitHub;

/// <summary>
/// Octokit's serializer, but with one exception for an answer that is not what it should be, where Octokit's throws whatever its
/// conversions happen to throw.
/// </summary>
internal sealed class CheckedJsonSerializer : IJsonSerializer
{
    private readonly SimpleJsonSerializer _inner = new();

    public string Serialize(object item) => _inner.Serialize(item);

    public T Deserialize<T>(string json)
    {
        try
        {
            if (typeof(T) == typeof(JsonElement))
            {
                // For what Octokit has no model of, and what is handed on as it came.
                return (T)(object)JsonElement.Parse(json, JsonReading.Strict);
            }

            var value = _inner.Deserialize<T>(json);
            return value is null || (value is IList list && list.Contains(null)) ? throw GitHubRefusedException.Unreadable() : value;
        }
        catch (Exception e) when (e is not GitHubRefusedException)
        {
            throw GitHubRefusedException.Unreadable(e);
        }
    }
}
