using System.Net;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Samples.Quickstart;

/// <summary>One end: a device, and a host behind its in-memory TUN that answers pings and counts what else comes.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly InMemoryTun _tun;
    private readonly SessionCounter _sessions = new();
    private readonly Thread _host;
    private readonly SemaphoreSlim _replies = new(0);
    private long _bulkReceived;

    internal Site(string name, byte number)
    {
        Number = number;
        Key = PrivateKey.Generate();
        Wire = new Tap(UdpTransport.Create());
        _tun = new InMemoryTun(name, queueBytes: 4 << 20);
        Device = new WireGuardDevice(_tun, Wire, new WireGuardDeviceOptions { Name = name, Observer = _sessions });
        Device.Up();
        Apply(new DeviceUpdate { PrivateKey = Key });
        _host = new Thread(RunHost) { IsBackground = true, Name = name + " host" };
        _host.Start();
    }

    /// <summary>The last byte of the inner address 10.0.0.x.</summary>
    internal byte Number { get; }

    internal PrivateKey Key { get; private set; }

    internal WireGuardDevice Device { get; }

    internal Tap Wire { get; }

    internal int Sessions => _sessions.Count;

    internal long BulkReceived => Volatile.Read(ref _bulkReceived);

    internal ushort Port => Device.GetStatusAsync().AsTask().Result.ListenPort;

    internal void Apply(DeviceUpdate update) => Device.ApplyAsync(update).AsTask().GetAwaiter().GetResult();

    /// <summary>Makes another site a peer, in place of all that there were.</summary>
    internal void SetPeer(Site other)
    {
        var peer = new PeerUpdate(other.Key.DerivePublicKey())
        {
            Endpoint = UdpEndpoint.From(new IPEndPoint(IPAddress.Loopback, other.Port)),
            AllowedIps = { AllowedIpChange.Add(IPNetwork.Parse($"10.0.0.{other.Number}/32")) },
        };
        Apply(new DeviceUpdate { ReplacePeers = true, Peers = { peer } });
    }

    internal PeerStatus Peer(Site other) => Device.GetPeer(other.Key.DerivePublicKey()) ?? throw new StepFailedException("the peer is gone");

    internal void RollKey()
    {
        PrivateKey former = Key;
        Key = PrivateKey.Generate();
        Apply(new DeviceUpdate { PrivateKey = Key });
        former.Dispose();
    }

    internal bool Send(ReadOnlySpan<byte> packet) => _tun.Inject(packet);

    /// <summary>Waits for the answer to a ping.</summary>
    internal void AwaitReply(CancellationToken cancellationToken) => _replies.Wait(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Device.DisposeAsync();
        _host.Join();
        Key.Dispose();
        _replies.Dispose();
    }

    private void RunHost()
    {
        byte[] buffer = new byte[65535];
        try
        {
            while (true)
            {
                Span<byte> packet = buffer.AsSpan(0, _tun.Take(buffer));
                if (Packets.IsBulk(packet)) Volatile.Write(ref _bulkReceived, _bulkReceived + packet.Length);
                else if (Packets.IsPing(packet)) Reply(packet);
                else _replies.Release();
            }
        }
        catch (ObjectDisposedException)
        {
            // The device is gone, and its TUN with it.
        }
    }

    private void Reply(Span<byte> ping)
    {
        Packets.Answer(ping);
        _tun.Inject(ping);
    }

    private sealed class SessionCounter : DeviceObserver
    {
        private int _count;

        internal int Count => Volatile.Read(ref _count);

        public override void SessionEstablished(PublicKey peer, bool initiator, TimeSpan duration) => Interlocked.Increment(ref _count);
    }
}
