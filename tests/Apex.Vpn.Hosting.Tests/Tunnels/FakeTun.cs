using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Hosting.Tests.Tunnels;

/// <summary>A TUN on which nothing happens until it is taken away.</summary>
internal sealed class FakeTun : ITunDevice
{
    private readonly SemaphoreSlim _wake = new(0);
    private volatile bool _gone;

    internal bool IsDisposed { get; private set; }

    public string Name => "fake";

    public int Mtu => 1420;

    public int Read(PacketBatch batch)
    {
        _wake.Wait();
        return _gone ? throw new TunClosedException() : 0;
    }

    public int Write(PacketBatch batch) => batch.Count;

    public void Wake() => _wake.Release();

    /// <summary>As when somebody deletes the interface.</summary>
    internal void TakeAway()
    {
        _gone = true;
        Wake();
    }

    public void Dispose() => IsDisposed = true;
}
