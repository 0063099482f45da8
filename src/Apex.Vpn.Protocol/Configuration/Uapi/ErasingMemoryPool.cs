using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Memory for texts that hold keys: it stays where it is and is erased when it is given back.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ErasingMemoryPool : MemoryPool<byte>
{
    internal const int BlockBytes = 16 * 1024;
    private const int MaxSpare = 16;

    private readonly ConcurrentQueue<byte[]> _spare = new();

    public override int MaxBufferSize => Array.MaxLength;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, MaxBufferSize);
        if (minBufferSize > BlockBytes) return new Block(this, GC.AllocateArray<byte>(minBufferSize, pinned: true));
        return new Block(this, _spare.TryDequeue(out byte[]? spare) ? spare : GC.AllocateArray<byte>(BlockBytes, pinned: true));
    }

    protected override void Dispose(bool disposing) => _spare.Clear();

    private void Return(byte[] array)
    {
        CryptographicOperations.ZeroMemory(array);
        if (array.Length == BlockBytes && _spare.Count < MaxSpare) _spare.Enqueue(array);
    }

    private sealed class Block(ErasingMemoryPool pool, byte[] array) : IMemoryOwner<byte>
    {
        private byte[]? _array = array;

        public Memory<byte> Memory => _array;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _array, null) is { } returned) pool.Return(returned);
        }
    }
}
