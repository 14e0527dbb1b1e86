using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>Files damaged at random: a journal opens all the same, shows what is left as it was, and names what is not.</summary>
public sealed partial class FuzzTests : IDisposable
{
    private const int Rounds = 400;
    private const int Deliveries = 40;

    private readonly List<string> _folders = [];
    private readonly FakeTimeProvider _time = new(JournalDriver.Start);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folders.ForEach(folder => Directory.Delete(folder, recursive: true));

    [Fact]
    public async Task Opens_whatever_was_done_to_its_files_and_names_each_record_that_it_does_not_have()
    {
        var source = await FillAsync();
        var frames = DeliveryFrames(source);
        Assert.Equal(Deliveries, frames.Count);
        var (lost, named) = (0, 0);
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var folder = Copy(source);
            var count = random.Next(1, 4);
            var what = string.Join("; ", Enumerable.Range(0, count).Select(_ => Damage(folder, random, mayCut: count == 1)));
            var logger = new CapturingLogger();
            await using var journal = LiteDbJournal.Open(Options(folder), _time, logger);
            var told = Named(logger);
            var (there, partly) = (new List<string>(), new List<string>());
            foreach (var (id, segment, start, end) in frames)
            {
                var (record, isTold) = await FindAsync(journal, id);
                if (record is not null)
                {
                    there.Add(id);
                    Assert.Equal(JournalDriver.Body(record.Delivery.SenderId, Size(record.Delivery.SenderId)), record.Delivery.Body.ToArray());
                    continue;
                }

                lost++;
                partly.AddRange(isTold ? [id] : []);
                var isNamed = isTold || told.Any(range => range.Segment == segment && range.Start < end && range.End > start);
                named += isNamed ? 1 : 0;
                Assert.True(isNamed, $"seed {seed}: {what}: {id} in segment {segment} at {start} is gone and not named:\n{string.Join('\n', logger.Lines)}");
            }

            // The index is made again out of what is left.
            var listed = (await journal.ListAllAsync()).Select(one => one.Id).ToList();
            Assert.Empty(there.Except(listed));
            Assert.Empty(listed.Except(there).Except(partly));
            Assert.Equal(listed.Count, listed.Distinct().Count());
            await journal.AppendAsync($"after {seed}");
            Directory.Delete(folder, recursive: true);
            _folders.Remove(folder);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Rounds} damaged journals, {lost} deliveries hit, {named} of them named");
        Assert.True(lost > Rounds, $"{lost} were hit");
    }

    [Fact]
    public void Reads_any_bytes_as_frames_or_as_none()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var bytes = new byte[random.Next(0, 3000)];
            random.NextBytes(bytes);
            var header = SegmentHeader.New(1);
            if (random.Next(2) == 0 && bytes.Length > FrameHeader.Size)
            {
                // A right header with a length that does not fit.
                var length = random.Next(3) switch { 0 => FrameHeader.MaxLength, 1 => bytes.Length, _ => random.Next(bytes.Length) };
                new FrameHeader((FrameKind)random.Next(256), random.NextInt64(), random.NextInt64(), length, (uint)random.Next()).Write(bytes, header.Seed(0));
            }

            var folder = new RecordingFolder();
            using var file = folder.Create("f");
            file.Write(bytes, 0);
            using var scanner = new SegmentScanner(file, header, 0, bytes.Length);
            Assert.False(scanner.Read());
            Assert.Equal(bytes.Length, scanner.Damage?.Length ?? 0);
        }
    }

    // Sealed segments are not read at a start; what is damaged in one is named when somebody asks for it, and by the verb that verifies.
    private static async Task<(DeliveryRecord? Record, bool IsTold)> FindAsync(LiteDbJournal journal, string id)
    {
        try
        {
            return (await journal.FindAsync(id, Stop), false);
        }
        catch (InvalidDataException damage)
        {
            Assert.Contains("cannot be read", damage.Message, StringComparison.Ordinal);
            return (null, true);
        }
    }

    private async Task<string> FillAsync()
    {
        var folder = NewFolder();
        await using var journal = LiteDbJournal.Open(Options(folder), _time);
        for (var i = 0; i < Deliveries; i++)
        {
            var senderId = $"d2f0e2a0-0000-4000-8000-{i:D12}";
            await journal.AppendAsync(JournalDriver.Draft(senderId, size: Size(senderId)), Stop);
            var lease = Assert.Single(await journal.ClaimAsync(1));
            if (i % 4 != 0)
            {
                await journal.PlanAsync(lease, "k");
                await journal.RecordAsync(Assert.Single(await journal.ActionsAsync(lease)), i % 7 == 0 ? JournalDriver.Dead : JournalDriver.Succeeded);
                await journal.ReleaseAsync(lease);
            }
        }

        return folder;
    }

    private static int Size(string senderId) => 50 + (senderId.Sum(letter => letter) * 37 % 3000);

    private static List<(string Id, int Segment, long Start, long End)> DeliveryFrames(string folder)
    {
        var frames = new List<(string, int, long, long)>();
        var files = new DiskLogFolder(Path.Combine(folder, "journal"));
        foreach (var number in files.Names().Select(SegmentHeader.NumberOf).OfType<int>())
        {
            using var file = files.Open(SegmentHeader.FileName(number, SegmentHeader.LogExtension));
            var start = new byte[SegmentHeader.Size];
            file.Read(start, 0);
            Assert.True(SegmentHeader.TryRead(start, number, out var header));
            using var scanner = new SegmentScanner(file, header, SegmentHeader.Size, file.Length);
            while (scanner.Read())
            {
                if (scanner.Header.Kind == FrameKind.Delivery)
                {
                    frames.Add((DeliveryFrame.Read(scanner.Header, scanner.Payload).Id, number, scanner.Offset, scanner.End));
                }
            }
        }

        return frames;
    }

    private static string Damage(string folder, Random random, bool mayCut)
    {
        var files = Directory.GetFiles(Path.Combine(folder, "journal")).Where(file => file.EndsWith(".log", StringComparison.Ordinal) || file.EndsWith(".idx", StringComparison.Ordinal)).Order().ToList();
        var file = files[random.Next(files.Count)];
        var bytes = File.ReadAllBytes(file).ToList();
        var (at, length) = (random.Next(bytes.Count), random.Next(1, 400));
        length = Math.Min(length, bytes.Count - at);
        
        // What is cut off at the end of a record is known by the sidecar alone.
        var how = random.Next(mayCut ? 6 : 5);
        switch (how)
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes.RemoveRange(at, length);
                break;
            case 2:
                bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length));
                break;
            case 3:
                for (var i = 0; i < length; i++)
                {
                    bytes[at + i] = 0;
                }

                break;
            case 4:
                var from = random.Next(bytes.Count - length + 1);
                var moved = bytes.GetRange(from, length);
                for (var i = 0; i < length; i++)
                {
                    bytes[at + i] = moved[i];
                }

                break;
            default:
                // The end of the last one may be missing only where nobody was told that it is written.
                bytes = file == files.Last(one => one.EndsWith(".log", StringComparison.Ordinal)) ? [.. bytes, .. bytes.Take(length)] : bytes[..at];
                break;
        }

        File.WriteAllBytes(file, [.. bytes]);
        return $"{Path.GetFileName(file)}: {how} at {at}, {length} bytes";
    }

    private static List<(int Segment, long Start, long End)> Named(CapturingLogger logger) =>
        [.. logger.Lines.Select(line => Range().Match(line)).Where(match => match.Success).Select(match =>
        {
            var numbers = match.Groups.Values.Skip(1).Select(group => long.Parse(group.Value, CultureInfo.InvariantCulture)).ToList();
            return ((int)numbers[0], numbers[2], numbers[2] + numbers[1]);
        })];

    private string Copy(string source)
    {
        var folder = NewFolder();
        Directory.CreateDirectory(Path.Combine(folder, "journal"));
        foreach (var file in Directory.GetFiles(Path.Combine(source, "journal")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetRelativePath(source, file)));
        }

        return folder;
    }

    private string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("wb-fuzz-").FullName;
        _folders.Add(folder);
        return folder;
    }

    private static JournalOptions Options(string folder) => new() { Path = Path.Combine(folder, "journal.db"), SegmentBytes = 9000 };

    [GeneratedRegex(@"[Ss]egment (\d+) .*?(\d+) bytes from (\d+)")]
    private static partial Regex Range();
}
