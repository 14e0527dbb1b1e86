using System.Buffers;

namespace WebhookBot.Intake;

/// <summary>Why a body was not read.</summary>
internal enum BodyProblem
{
    None,
    TooLarge,
    TooSlow,

    /// <summary>Nothing came for a while.</summary>
    Stalled,
    CutOff,

    /// <summary>Nobody is there to be answered, or waited for any more.</summary>
    Gone,
}

/// <summary>A body in pooled memory; given back when it is disposed.</summary>
internal sealed class PooledBody(byte[] buffer, int length, ArrayPool<byte> pool, Action? whenReturned = null) : IDisposable
{
    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    public void Dispose()
    {
        pool.Return(buffer);
        whenReturned?.Invoke();
    }
}

/// <summary>Reads a request's body once, under a limit, into pooled memory.</summary>
internal sealed class BodyReader(BodyBudget budget, TimeProvider clock, TimeSpan timeout) : IDisposable
{
    private const int FirstChunk = 32 * 1024;
    private const int Largest = 32 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // Not the shared pool, which keeps 32 arrays for a core: a body waits for the disk, so there are many at one time. 32 MB at most.
    private readonly ArrayPool<byte> _small = ArrayPool<byte>.Create(FirstChunk, maxArraysPerBucket: 512);

    // Not the shared pool either, which keeps an array of each size for every thread: as many times the largest body as there are threads.
    private readonly ArrayPool<byte> _large = ArrayPool<byte>.Create(Largest, maxArraysPerBucket: 1);

    private readonly CancellationTokenSource _ending = new();

    /// <summary>Nobody is waited for any more, but for that long.</summary>
    public void EndAfter(TimeSpan time) => _ending.CancelAfter(time);

    public void Dispose() => _ending.Dispose();

    public async Task<(PooledBody? Body, BodyProblem Problem)> ReadAsync(HttpRequest request, long limit, CancellationToken cancellation)
    {
        if (request.ContentLength > limit)
        {
            return (null, BodyProblem.TooLarge);
        }

        // A chunked body is read for free while it is small, and before it grows beyond that takes what the limit allows it.
        var small = request.ContentLength ?? BodyBudget.FreeOfCharge;
        if (small > BodyBudget.FreeOfCharge)
        {
            return await ReadLargeAsync(request, limit, small, ReadOnlyMemory<byte>.Empty, cancellation);
        }

        // What is only announced takes no memory yet.
        var pool = _small;
        var buffer = pool.Rent((int)Math.Min(small + 1, FirstChunk));
        var read = 0;
        try
        {
            while (true)
            {
                // Who has gone is told of by the read itself.
                var more = await request.Body.ReadAsync(buffer.AsMemory(read), _ending.Token);
                read += more;
                if (more == 0)
                {
                    var body = new PooledBody(buffer, read, pool);
                    buffer = null;
                    return (body, BodyProblem.None);
                }

                if (read > limit)
                {
                    return (null, BodyProblem.TooLarge);
                }

                if (read == buffer.Length)
                {
                    if (read >= BodyBudget.FreeOfCharge)
                    {
                        return await ReadLargeAsync(request, limit, limit, buffer.AsMemory(0, read), cancellation);
                    }

                    Grow(ref buffer, ref pool, read);
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            return (null, BodyProblem.Gone);
        }
        catch (Exception e) when (e is IOException or BadHttpRequestException)
        {
            return (null, ProblemOf(e));
        }
        finally
        {
            if (buffer is not null)
            {
                pool.Return(buffer);
            }
        }
    }

    private async Task<(PooledBody? Body, BodyProblem Problem)> ReadLargeAsync(
        HttpRequest request, long limit, long taken, ReadOnlyMemory<byte> begun, CancellationToken cancellation)
    {
        using var share = await budget.TakeAsync(taken, request.HttpContext.Connection.RemoteIpAddress, timeout, cancellation);
        if (share is null)
        {
            return (null, BodyProblem.TooSlow);
        }

        var began = clock.GetTimestamp();
        using var deadline = new CancellationTokenSource(TimeLeft(begun.Length, taken, TimeSpan.Zero), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        byte[]? buffer = null;
        try
        {
            buffer = _large.Rent((int)Math.Min(taken, limit) + 1);
            begun.CopyTo(buffer);
            var read = begun.Length;
            while (true)
            {
                var more = await request.Body.ReadAsync(buffer.AsMemory(read), either.Token);
                read += more;
                deadline.CancelAfter(TimeLeft(read, taken, clock.GetElapsedTime(began)));
                if (more == 0)
                {
                    var body = new PooledBody(buffer, read, _large, share.Keep());
                    buffer = null;
                    return (body, BodyProblem.None);
                }

                if (read > limit || read == buffer.Length)
                {
                    return (null, BodyProblem.TooLarge);
                }
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return (null, BodyProblem.TooSlow);
        }
        catch (Exception e) when (e is IOException or BadHttpRequestException)
        {
            return (null, ProblemOf(e));
        }
        finally
        {
            if (buffer is not null)
            {
                _large.Return(buffer);
            }
        }
    }

    // Others wait for what a body has taken, so it has to come at a pace at which all of it is there in time.
    private TimeSpan TimeLeft(long read, long taken, TimeSpan elapsed)
    {
        var most = Patience + (timeout * ((double)read / taken));
        var left = (most < timeout ? most : timeout) - elapsed;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static BodyProblem ProblemOf(Exception e) => e is not BadHttpRequestException bad ? BodyProblem.Gone : bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => BodyProblem.TooLarge,
        StatusCodes.Status408RequestTimeout => BodyProblem.Stalled,
        _ => BodyProblem.CutOff,
    };

    private static void Grow(ref byte[] buffer, ref ArrayPool<byte> pool, int used)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, used).CopyTo(larger);
        pool.Return(buffer);
        (buffer, pool) = (larger, ArrayPool<byte>.Shared);
    }
}
