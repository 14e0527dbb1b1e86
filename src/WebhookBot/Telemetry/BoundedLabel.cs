using System.Collections.Concurrent;

namespace WebhookBot.Telemetry;

/// <summary>The values of a label: the first so many that are used, and <c>other</c> for all that come later.</summary>
/// <param name="most">How many.</param>
internal sealed class BoundedLabel(int most)
{
    /// <summary>What stands for those that found no room.</summary>
    public const string Other = "other";

    private const int Longest = 100;

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <summary>The value to use.</summary>
    public string Of(string value)
    {
        if (_known.TryGetValue(value, out var known))
        {
            return known;
        }

        // A few more may come in at one moment, and no more than there are threads.
        return _known.Count < most && value.Length <= Longest ? _known.GetOrAdd(value, value) : Other;
    }
}
