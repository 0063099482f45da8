using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Hosting.Tests.Tunnels;

/// <summary>A network without anybody in it, whose free port is always 40000 and whose port 1 is taken.</summary>
internal sealed class FakeTransport : IUdpTransport
{
    internal const ushort FreePort = 40000;
    internal const ushort TakenPort = 1;

    private readonly SemaphoreSlim _wake = new(0);

    internal bool IsDisposed { get; private set; }

    public long TruncatedDatagrams => 0;

    public event Action? RoutesChanged
    {
        add { }
        remove { }
    }

    public ushort Open(ushort port) => port switch
    {
        0 => FreePort,
        TakenPort => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.AddressAlreadyInUse),
        _ => port,
    };

    public void Close() { }

    public void SetMark(uint mark) { }

    public int Receive(PacketBatch batch)
    {
        _wake.Wait();
        return 0;
    }

    public int Send(PacketBatch batch) => batch.Count;

    public void Wake() => _wake.Release();

    public void Dispose() => IsDisposed = true;
}
