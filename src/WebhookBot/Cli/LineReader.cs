using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace WebhookBot.Cli;

/// <summary>Takes a stream apart into lines as they come, each of a bounded length and within a bounded time.</summary>
internal static class LineReader
{
    /// <summary>Longer lines are none of ours: a body is at most 25 MB unless somebody raises that.</summary>
    public const int LongestLine = 256 << 20;

    /// <exception cref="IOException">The stream broke off.</exception>
    /// <exception cref="TimeoutException">Nothing came for that long.</exception>
    /// <exception cref="InvalidDataException">A line is too long.</exception>
    public static async IAsyncEnumerable<byte[]> ReadAsync(Stream stream, TimeSpan patience, [EnumeratorCancellation] CancellationToken cancellation)
    {
        const int ReadAtOnce = 64 * 1024;
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadAtOnce, leaveOpen: true));
        while (true)
        {
            var read = await ReadAsync(reader, patience, cancellation);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                if (rest.Slice(0, end) is { IsEmpty: false } line)
                {
                    yield return line.ToArray();
                }

                rest = rest.Slice(rest.GetPosition(1, end));
            }

            if (rest.Length > LongestLine)
            {
                throw new InvalidDataException($"a line has more than {LongestLine >> 20} MB");
            }

            if (read.IsCompleted)
            {
                if (!rest.IsEmpty)
                {
                    yield return rest.ToArray();
                }

                yield break;
            }

            reader.AdvanceTo(rest.Start, rest.End);
        }
    }

    private static async Task<ReadResult> ReadAsync(PipeReader reader, TimeSpan patience, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(patience);
        try
        {
            return await reader.ReadAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came for {patience.TotalSeconds} s");
        }
    }
}
