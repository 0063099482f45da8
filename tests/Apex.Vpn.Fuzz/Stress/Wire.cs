using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Fuzz.Stress;

/// <summary>What is on its way to one node: a queue that loses nothing. Who sends into a full one waits, who reads from an empty one too.</summary>
internal sealed class Wire : IDisposable
{
    internal const int MaxDatagram = 1024;

    private const int Capacity = 512;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _free = new(Capacity);
    private readonly SemaphoreSlim _used = new(0);
    private readonly byte[][] _datagrams = [.. Enumerable.Range(0, Capacity).Select(static _ => new byte[MaxDatagram])];
    private readonly (int Length, UdpEndpoint From)[] _slots = new (int, UdpEndpoint)[Capacity];
    private int _head;
    private int _count;

    internal void Send(ReadOnlySpan<byte> datagram, UdpEndpoint from, CancellationToken closed)
    {
        _free.Wait(closed);
        lock (_lock)
        {
            int slot = (_head + _count++) % Capacity;
            datagram.CopyTo(_datagrams[slot]);
            _slots[slot] = (datagram.Length, from);
        }
        _used.Release();
    }

    /// <summary>Waits for a datagram and takes what else is there, up to the batch's capacity.</summary>
    internal void Receive(PacketBatch batch, CancellationToken closed)
    {
        batch.Clear();
        _used.Wait(closed);
        int count = 1;
        while (count < batch.Capacity && _used.Wait(0, CancellationToken.None)) count++;
        lock (_lock)
        {
            for (int i = 0; i < count; i++)
            {
                (int length, UdpEndpoint from) = _slots[_head];
                ref PacketSlot slot = ref batch.Add(_datagrams[_head].AsSpan(0, length));
                slot.Path = new UdpPath(from);
                _head = (_head + 1) % Capacity;
            }
            _count -= count;
        }
        _free.Release(count);
    }

    public void Dispose()
    {
        _free.Dispose();
        _used.Dispose();
    }
}
