using System.Buffers;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>The memory that a device's waiting packets may take, all peers together.</summary>
/// <remarks>
/// Handshakes draw nothing from it, so peers that wait can use it up without keeping anyone from getting a session (item 51).
/// Safe from any thread.
/// </remarks>
/// <param name="maxBytes">The limit; buffers count with their full size.</param>
internal sealed class StagingBudget(long maxBytes)
{
    private long _used;
    private long _buffers;

    /// <summary>Bytes that are lent out.</summary>
    internal long UsedBytes => Interlocked.Read(ref _used);

    /// <summary>Buffers that are lent out.</summary>
    internal long LentBuffers => Interlocked.Read(ref _buffers);

    /// <summary>Lends a buffer; null when it would exceed the limit.</summary>
    internal byte[]? TryRent(int length)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        if (Interlocked.Add(ref _used, buffer.Length) <= maxBytes)
        {
            Interlocked.Increment(ref _buffers);
            return buffer;
        }
        Interlocked.Add(ref _used, -buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
        return null;
    }

    /// <summary>Takes a buffer back.</summary>
    internal void Return(byte[] buffer)
    {
        Interlocked.Decrement(ref _buffers);
        Interlocked.Add(ref _used, -buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
