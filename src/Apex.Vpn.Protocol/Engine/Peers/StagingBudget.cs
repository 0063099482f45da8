using System.Buffers;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>The memory that a device's waiting packets may take, all peers together.</summary>
/// <remarks>
/// <para>A queue may hold as much as is left for all others (a dynamic threshold, as shared-memory switches have it: Choudhury and Hahne,
/// 1998). One greedy queue gets half, n of them get 1/(n+1) each, and as much again stays free for whoever comes next, without anyone
/// knowing how many there are.</para>
/// <para>Handshakes draw nothing from it: what they need is set aside (<see cref="Defense.HandshakeQueue"/>) or bounded by the number of
/// peers, so packets that wait can use this up without keeping anyone from getting a session (item 51).</para>
/// <para>Safe from any thread.</para>
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

    /// <summary>Lends a buffer; null when the queue would hold more than what is left.</summary>
    /// <param name="length">At least so many bytes.</param>
    /// <param name="held">How many bytes of buffers the queue that asks holds already.</param>
    internal byte[]? TryRent(int length, long held)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        if (Interlocked.Add(ref _used, buffer.Length) + held <= maxBytes)
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
