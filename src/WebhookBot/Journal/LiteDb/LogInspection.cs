namespace WebhookBot.Journal.LiteDb;

/// <summary>What a segment holds, and what in it is no record.</summary>
/// <param name="Name">Its file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Frames">Records in it.</param>
/// <param name="Deliveries">Deliveries among them, those carried forward from older segments too.</param>
/// <param name="Damage">Bytes that are no records.</param>
/// <param name="Torn">The end of the last segment that was being written; nobody was told that it is, and the next start cuts it off.</param>
/// <param name="Problem">Why nothing in it can be read; null when it can.</param>
internal sealed record SegmentReport(string Name, long Bytes, long Frames, long Deliveries, IReadOnlyList<DamagedRange> Damage, DamagedRange? Torn, string? Problem)
{
    public bool IsSound => Damage.Count == 0 && Problem is null;
}

/// <summary>Reads a log's files from end to end and changes nothing.</summary>
internal static class LogInspection
{
    private const int ReportEvery = 1000;

    /// <summary>One report a segment, oldest first.</summary>
    /// <param name="folder">The log's files.</param>
    /// <param name="progress">Is told how many bytes of how many were read.</param>
    /// <exception cref="InvalidDataException">A segment was written by a newer version.</exception>
    public static IEnumerable<SegmentReport> Inspect(LogFolder folder, Action<long, long> progress)
    {
        var numbers = folder.Names().Select(SegmentHeader.NumberOf).OfType<int>().Order().ToList();
        var total = numbers.Sum(number => LengthOf(folder, number));
        var done = 0L;
        foreach (var (at, number) in numbers.Index())
        {
            foreach (var missing in at == 0 ? [] : Missing(folder, numbers[at - 1], number))
            {
                yield return missing;
            }

            var report = Inspect(folder, number, isLast: number == numbers[^1], read => progress(done + read, total));
            done += report.Bytes;
            progress(done, total);
            yield return report;
        }
    }

    // Only the oldest are ever dropped.
    private static IEnumerable<SegmentReport> Missing(LogFolder folder, int before, int after)
    {
        var names = folder.Names();
        return Enumerable.Range(before + 1, after - before - 1).Select(number =>
        {
            var name = SegmentHeader.FileName(number, SegmentHeader.LogExtension);
            var problem = names.Contains(SegmentHeader.FileName(number, SegmentHeader.DamagedExtension)) ? "it was damaged and is put aside as a .damaged file" : "it is missing";
            return new SegmentReport(name, 0, 0, 0, [], null, problem);
        });
    }

    // An end that is missing to the very byte of a record would not be seen otherwise.
    private static DamagedRange? Shortened(LogFolder folder, SegmentHeader header, long length)
    {
        var sidecar = SegmentHeader.FileName(header.Number, SegmentHeader.IndexExtension);
        if (!folder.Names().Contains(sidecar))
        {
            return null;
        }

        using var file = folder.Open(sidecar);
        return SegmentIndex.SealedLength(file, header) is { } whole && whole > length ? new DamagedRange(header.Number, length, whole - length) : null;
    }

    private static long LengthOf(LogFolder folder, int number)
    {
        using var file = folder.Open(SegmentHeader.FileName(number, SegmentHeader.LogExtension));
        return file.Length;
    }

    private static SegmentReport Inspect(LogFolder folder, int number, bool isLast, Action<long> progress)
    {
        var name = SegmentHeader.FileName(number, SegmentHeader.LogExtension);
        using var file = folder.Open(name);
        var start = new byte[SegmentHeader.Size];
        file.Read(start, 0);
        if (!SegmentHeader.TryRead(start, number, out var header))
        {
            var isUnbegun = isLast && LogRecovery.IsUnbegun(file);
            return new SegmentReport(name, file.Length, 0, 0, [], null, isUnbegun ? null : "its beginning is damaged, so nothing in it can be told from noise");
        }

        var (frames, deliveries, damage) = (0L, 0L, new List<DamagedRange>());
        using var scanner = new SegmentScanner(file, header, SegmentHeader.Size, file.Length);
        while (scanner.Read())
        {
            damage.AddRange(scanner.Damage is { } passed ? [passed] : []);
            deliveries += scanner.Header.Kind is FrameKind.Delivery or FrameKind.Carried ? 1 : 0;
            if (++frames % ReportEvery == 0)
            {
                progress(scanner.End);
            }
        }

        var torn = isLast && scanner.Damage is { } rest && !scanner.IsBlank(rest) ? scanner.Damage : null;
        damage.AddRange(!isLast && scanner.Damage is { } end ? [end] : []);
        damage.AddRange(Shortened(folder, header, file.Length) is { } lacking ? [lacking] : []);
        return new SegmentReport(name, file.Length, frames, deliveries, damage, torn, null);
    }
}
