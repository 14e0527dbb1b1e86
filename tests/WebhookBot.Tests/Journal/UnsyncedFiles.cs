namespace WebhookBot.Tests.Journal;

/// <summary>
/// Files that are written and never synced, looked at now and then: a power cut leaves of each any 4 KB blocks of any age, or none, and what was
/// deleted may be back.
/// </summary>
internal sealed class UnsyncedFiles(string folder)
{
    private const int BlockSize = 4096;

    private readonly List<(int Step, Dictionary<string, byte[]> Files)> _looks = [];

    public int Looks => _looks.Count;

    /// <summary>Keeps what is in the folder now. The step is asked for after that: what was seen was there by then.</summary>
    public void Look(Func<int> step)
    {
        lock (_looks)
        {
            var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                var content = new byte[file.Length];
                file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
                files[Path.GetRelativePath(folder, path)] = content;
            }

            _looks.Add((step(), files));
        }
    }

    /// <summary>Writes into an empty folder what a power cut after that step may have left. True when it is all of one moment.</summary>
    public bool CutAfter(int step, Random random, string to)
    {
        var seen = _looks.Where(look => look.Step <= step).Select(look => look.Files).ToList();
        if (seen.Count == 0)
        {
            return true;
        }

        // Disks differ in how much of what was not synced they have written; some have nearly all of it.
        var share = new[] { 0, 0, 0.02, 0.2, 0.6 }[random.Next(5)];
        var newest = random.Next(3) == 0 ? random.Next(seen.Count) : seen.Count - 1;
        foreach (var name in seen.SelectMany(files => files.Keys).Distinct())
        {
            var ages = seen.Take(newest + 1).Select(files => files.GetValueOrDefault(name)).ToList();
            if (Left(ages, share, random) is { } content)
            {
                var path = Path.Combine(to, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, content);
            }
        }

        return share == 0;
    }

    private static byte[]? Left(List<byte[]?> ages, double share, Random random)
    {
        if (random.NextDouble() < share)
        {
            // The name or the length of an earlier moment.
            var (earlier, last) = (ages[random.Next(ages.Count)], ages[^1]);
            return earlier is null || last is null ? earlier : Mixed([.. last, .. new byte[Math.Max(0, earlier.Length - last.Length)]], ages, share, random)[..earlier.Length];
        }

        return ages[^1] is { } newest ? Mixed([.. newest], ages, share, random) : null;
    }

    private static byte[] Mixed(byte[] content, List<byte[]?> ages, double share, Random random)
    {
        for (var at = 0; at < content.Length; at += BlockSize)
        {
            if (random.NextDouble() >= share)
            {
                continue;
            }

            var block = content.AsSpan(at, Math.Min(BlockSize, content.Length - at));
            block.Clear();
            if (random.Next(4) != 0 && ages[random.Next(ages.Count)] is { } earlier && earlier.Length > at)
            {
                earlier.AsSpan(at, Math.Min(block.Length, earlier.Length - at)).CopyTo(block);
            }
        }

        return content;
    }
}
