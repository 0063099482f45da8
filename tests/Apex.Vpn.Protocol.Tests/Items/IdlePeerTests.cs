using System.Buffers.Binary;
using System.Net;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>Peers that are configured and never in touch cost their configuration and nothing else.</summary>
[Collection(Alone.Name)]
public sealed class IdlePeerTests : IDisposable
{
    private const int Peers = 100_000;
    private const int BytesPerPeer = 260;

    private readonly WireGuardEngine _engine = new(new EngineOptions
    {
        Aead = AeadProviders.Select(AeadChoice.Automatic),
        Random = SecureRandom.Shared,
        WakeControl = static () => { },
    });

    public IdlePeerTests()
    {
        using PrivateKey key = PrivateKey.Generate();
        _engine.SetPrivateKey(key);
    }

    [Fact]
    public void A_configured_peer_with_one_address_takes_260_bytes_at_most()
    {
        Configure(0, 1000); // what is made once
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Configure(1000, Peers);
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.Equal(Peers, _engine.PeerCount);
        Assert.InRange((after - before) / (double)(Peers - 1000), 100, BytesPerPeer);
    }

    [Fact]
    public void What_the_device_does_to_all_peers_leaves_idle_ones_idle()
    {
        Configure(0, 100);
        _engine.Up();
        Instant now = new(1_000_000_000_000);
        using (PrivateKey other = PrivateKey.Generate()) _engine.SetPrivateKey(other);
        _engine.ForgetSources();
        _engine.EraseSessions();
        while (_engine.Step(now, WireGuardEngine.CreateControlBatch())) { }
        _engine.Down();
        var statuses = new List<PeerStatus>();
        _engine.ReadPeers(null, 100, statuses);
        Assert.Equal(100, statuses.Count);
        Assert.Equal(Instant.Eternity, _engine.NextDeadline(now).At);
        for (Peer? peer = _engine.Context.Peers.First; peer is not null; peer = peer.Later) Assert.True(peer.IsIdle);
        Configure(0, 100, static update => update.Remove = true);
        Assert.Equal(0, _engine.PeerCount);
    }

    [Fact]
    public void A_packet_to_an_idle_peer_makes_it_active_and_no_other()
    {
        using var duo = new Duo();
        var stranger = new PeerUpdate(PrivateKey.Generate().DerivePublicKey());
        stranger.AllowedIps.Add(AllowedIpChange.Add(IPNetwork.Parse("10.9.0.0/16")));
        duo.Left.Apply(stranger);
        Assert.True(duo.LeftPeer.IsIdle);
        duo.Left.Send(Duo.ToRight());
        duo.Run(1);
        Assert.False(duo.LeftPeer.IsIdle);
        Assert.Single(duo.Right.Delivered);
        Assert.True(duo.Left.Engine.Context.Peers.TryFind(stranger.PublicKey, out Peer? idle));
        Assert.True(idle.IsIdle);
    }

    public void Dispose() => _engine.Dispose();

    private void Configure(int first, int end, Action<PeerUpdate>? change = null)
    {
        const int Part = 500;
        var updates = new PeerUpdate[Part];
        for (; first < end; first += Part)
        {
            int count = Math.Min(Part, end - first);
            for (int i = 0; i < count; i++)
            {
                updates[i] = Update(first + i);
                change?.Invoke(updates[i]);
            }
            _engine.ApplyPeers(updates.AsSpan(0, count));
        }
    }

    private static PeerUpdate Update(int number)
    {
        byte[] key = new byte[PublicKey.Size], address = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(key, number + 1);
        BinaryPrimitives.WriteInt32BigEndian(address, (10 << 24) + number);
        var update = new PeerUpdate(new PublicKey(key));
        update.AllowedIps.Add(AllowedIpChange.Add(new IPNetwork(new IPAddress(address), 32)));
        return update;
    }
}
