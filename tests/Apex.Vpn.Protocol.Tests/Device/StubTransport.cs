using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Device;

/// <summary>A transport over no network: the test says what arrives and what becomes of what is sent.</summary>
internal sealed class StubTransport : IUdpTransport
{
    private readonly Lock _lock = new();
    private readonly Queue<byte[]> _arrived = new();
    private readonly SemaphoreSlim _signal = new(0);
    private volatile bool _disposed;
    private long _truncated;

    /// <summary>Where everything comes from.</summary>
    internal static UdpEndpoint Remote { get; } = UdpEndpoint.FromIPv4(0xC0000209, 9);

    /// <summary>Whether what is sent is lost on the way out.</summary>
    internal bool IsCutOff { get; set; }

    /// <summary>What was sent.</summary>
    internal List<byte[]> Sent { get; } = [];

    public long TruncatedDatagrams => Interlocked.Read(ref _truncated);

    public event Action? RoutesChanged
    {
        add { }
        remove { }
    }

    public ushort Open(ushort port) => port == 0 ? (ushort)4000 : port;

    public void Close() { }

    public void SetMark(uint mark) { }

    public int Receive(PacketBatch batch)
    {
        batch.Clear();
        _signal.Wait();
        ObjectDisposedException.ThrowIf(_disposed, this);
        lock (_lock)
        {
            while (batch.Count < batch.Places && _arrived.TryDequeue(out byte[]? datagram))
            {
                batch.Add(datagram).Path = new UdpPath(Remote);
            }
            if (_arrived.Count != 0) _signal.Release(); // the rest comes with the next call
        }
        return batch.Count;
    }

    public int Send(PacketBatch batch)
    {
        int sent = 0;
        foreach (ref PacketSlot slot in batch.Slots)
        {
            if (slot.Length == 0 || IsCutOff) continue;
            sent++;
            lock (_lock) Sent.Add(batch.Bytes(in slot).ToArray());
        }
        return sent;
    }

    public void Wake() => _signal.Release();

    public void Dispose()
    {
        _disposed = true;
        _signal.Release();
    }

    /// <summary>Datagrams arrive, together.</summary>
    internal void Deliver(params ReadOnlySpan<byte[]> datagrams)
    {
        lock (_lock)
        {
            foreach (byte[] datagram in datagrams) _arrived.Enqueue(datagram);
        }
        _signal.Release();
    }

    /// <summary>Datagrams arrive that fit no slot.</summary>
    internal void Truncate(int count)
    {
        Interlocked.Add(ref _truncated, count);
        _signal.Release();
    }

    /// <summary>Waits until so many datagrams were sent.</summary>
    internal byte[] WaitForSent(int count)
    {
        Assert.True(SpinWait.SpinUntil(() => CountSent() >= count, TimeSpan.FromSeconds(20)), $"Only {CountSent()} datagrams were sent.");
        lock (_lock) return Sent[count - 1];
    }

    private int CountSent()
    {
        lock (_lock) return Sent.Count;
    }
}
