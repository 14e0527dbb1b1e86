using System.Globalization;
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
    private IReadOnlyCollection<string> _beside = [];

    /// <summary>Remembers the files as they are, before they are read, so that no change falls between reading and waiting.</summary>
    /// <param name="beside">The payloads that the run before asked for.</param>
    public void Look(IReadOnlyCollection<string> beside) => (_seen, _beside) = (Fingerprints(beside), beside);

    /// <summary>Waits for a change and then until nothing changes any more, as an editor may write a file in pieces. What changed.</summary>
    /// <param name="beside">The payloads that the run asked for.</param>
    public async Task<IReadOnlyList<string>> ChangedAsync(IReadOnlyCollection<string> beside, CancellationToken cancellation)
    {
        // Payloads that the run was the first to ask for were not looked at before it, and those it no longer asked for are of no interest.
        foreach (var path in beside.Except(_beside))
        {
            _seen[path] = Fingerprint(path);
        }

        foreach (var path in _beside.Except(beside))
        {
            _seen.Remove(path);
        }

        using var timer = new PeriodicTimer(Every, clock);
        var last = _seen;
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            var now = Fingerprints(beside);
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

    private Dictionary<string, string> Fingerprints(IReadOnlyCollection<string> beside)
    {
        try
        {
            var rules = Directory.Exists(folder) ? RuleFileLoader.Find(folder).Concat(RuleFileLoader.FindTests(folder)) : [folder];
            return rules.Concat(beside).Distinct(StringComparer.Ordinal).ToDictionary(f => f, Fingerprint, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that goes away while it is listed is looked at again soon.
            return _seen;
        }
    }

    private static string Fingerprint(string path)
    {
        var file = new FileInfo(path);
        file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.FullName} {file.LastWriteTimeUtc.Ticks} {file.Length}") : "gone";
    }
}
