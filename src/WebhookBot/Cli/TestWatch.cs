using WebhookBot.RuleFiles;

namespace WebhookBot.Cli;

/// <summary>
/// Tells when a rule file, a test file or a payload beside it has changed. It looks instead of being notified: mounted folders and swapped
/// links do not notify.
/// </summary>
internal sealed class TestWatch(string folder, TimeProvider clock)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    private Dictionary<string, string> _seen = [];

    /// <summary>Remembers the rules and the tests as they are: before they are read, so that no change falls between reading and waiting.</summary>
    public void Look() => _seen = Fingerprints([]);

    /// <summary>Waits for a change and then until nothing changes any more, as an editor may write a file in pieces. What changed.</summary>
    /// <param name="beside">The payloads that the run asked for, as they were when it did.</param>
    public async Task<IReadOnlyList<string>> ChangedAsync(IReadOnlyDictionary<string, string> beside, CancellationToken cancellation)
    {
        foreach (var (path, fingerprint) in beside)
        {
            _seen[path] = fingerprint;
        }

        using var timer = new PeriodicTimer(Every, clock);
        var last = _seen;
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            var now = Fingerprints(beside.Keys);
            var changed = Changes(_seen, now);
            if (changed.Count > 0 && Changes(last, now).Count == 0)
            {
                return changed;
            }

            last = now;
        }

        return [];
    }

    private static List<string> Changes(Dictionary<string, string> before, Dictionary<string, string> after) =>
        [.. before.Keys.Union(after.Keys).Where(f => before.GetValueOrDefault(f) != after.GetValueOrDefault(f)).Order(StringComparer.Ordinal)];

    private Dictionary<string, string> Fingerprints(IEnumerable<string> beside)
    {
        try
        {
            var rules = Directory.Exists(folder) ? RuleFileLoader.FindAll(folder).Concat(RuleFileLoader.FindTests(folder)) : [folder];
            return rules.Concat(beside).Distinct(StringComparer.Ordinal).ToDictionary(f => f, RuleFileLoader.Fingerprint, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that goes away while it is listed is looked at again soon.
            return _seen;
        }
    }
}
