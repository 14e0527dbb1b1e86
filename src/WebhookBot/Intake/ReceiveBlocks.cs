using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace WebhookBot.Intake;

/// <summary>
/// The memory that the server reads requests into, in blocks that hold a whole webhook. Kestrel's own blocks hold 4 KB, and it takes a call to
/// the system and a wake-up of the reader for each: for the usual 10 KB three of both.
/// </summary>
internal sealed class ReceiveBlocks : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        private const int BlockSize = 16 * 1024;

        // 32 MB; more are taken when more connections send at one time, and given back to the collector.
        private const int MostKept = 2048;

        private readonly ConcurrentQueue<Block> _free = new();
        private int _kept;

        public override int MaxBufferSize => BlockSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
            if (!_free.TryDequeue(out var block))
            {
                return new Block(this);
            }

            Interlocked.Decrement(ref _kept);
            return block;
        }

        protected override void Dispose(bool disposing) => _free.Clear();

        private void Return(Block block)
        {
            if (Interlocked.Increment(ref _kept) <= MostKept)
            {
                _free.Enqueue(block);
            }
            else
            {
                Interlocked.Decrement(ref _kept);
            }
        }

        // Pinned, since the socket is given the address.
        private sealed class Block(Pool pool) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);

            public void Dispose() => pool.Return(this);
        }
    }
}
