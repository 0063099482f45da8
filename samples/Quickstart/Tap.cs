using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Samples.Quickstart;

/// <summary>A transport that keeps a copy of the last data message it sent: what an eavesdropper on the path would have.</summary>
internal sealed class Tap(IUdpTransport inner) : IUdpTransport
{
    private const int TransportHeader = 16;

    private readonly Lock _lock = new();
    private byte[]? _last;

    public event Action? RoutesChanged
    {
        add => inner.RoutesChanged += value;
        remove => inner.RoutesChanged -= value;
    }

    public long TruncatedDatagrams => inner.TruncatedDatagrams;

    /// <summary>Takes the copy; null when nothing was sent since the last time.</summary>
    internal byte[]? TakeLast()
    {
        lock (_lock)
        {
            byte[]? last = _last;
            _last = null;
            return last;
        }
    }

    public int Send(PacketBatch batch)
    {
        foreach (ref PacketSlot slot in batch.Slots)
        {
            // Small messages only: the copy must not slow down the measured ones.
            if (slot.Length is <= TransportHeader or > 200 || batch.Bytes(in slot)[0] != 4) continue;
            lock (_lock) _last = batch.Bytes(in slot).ToArray();
        }
        return inner.Send(batch);
    }

    public ushort Open(ushort port) => inner.Open(port);

    public void Close() => inner.Close();

    public void SetMark(uint mark) => inner.SetMark(mark);

    public int Receive(PacketBatch batch) => inner.Receive(batch);

    public void Wake() => inner.Wake();

    public void Dispose() => inner.Dispose();
}
