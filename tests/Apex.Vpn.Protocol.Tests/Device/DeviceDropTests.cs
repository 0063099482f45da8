using System.Net;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Device;

/// <summary>Packets that are dropped at the edges of a device, where the engine only hears of it.</summary>
public sealed class DeviceDropTests : IAsyncLifetime, IDisposable
{
    private static readonly byte[] FromPeer = InnerPackets.Udp("10.9.0.1", "10.0.0.2", payload: 1300);
    private static readonly byte[] ToPeer = InnerPackets.Udp("10.0.0.2", "10.9.0.1");

    private readonly InMemoryTun _tun = new(queueBytes: 131_070);
    private readonly StubTransport _transport = new();
    private readonly WireGuardDevice _device;
    private readonly World _world = new(seed: 1);
    private readonly HandPeer _hand;

    public DeviceDropTests()
    {
        _device = new WireGuardDevice(_tun, _transport);
        // A node of the same key lends the hand-made peer its secrets; it takes no part otherwise.
        Node twin = _world.AddNode("192.0.2.2:2000");
        _hand = new HandPeer(_world, twin, "192.0.2.9:9");
        TwinKey = twin.PrivateKey;
    }

    private PrivateKey TwinKey { get; }

    public async Task InitializeAsync()
    {
        var update = new DeviceUpdate { PrivateKey = TwinKey };
        update.Peers.Add(new PeerUpdate(_hand.PublicKey) { AllowedIps = { AllowedIpChange.Add(IPNetwork.Parse("10.9.0.0/16")) } });
        await _device.ApplyAsync(update);
        _device.Up();
        _transport.Deliver(_hand.Initiation());
        Assert.True(_hand.Finish(new Datagram(StubTransport.Remote, StubTransport.Remote, TrafficClass: 0, _transport.WaitForSent(1))));
        _transport.Deliver(_hand.Data(0, []));
    }

    [Fact]
    [Trait("Drop", nameof(DropReason.Truncated))]
    [Trait("Item", "40")]
    public void Item40_datagrams_that_fit_no_slot_are_counted()
    {
        _transport.Truncate(3);
        Eventually(DropReason.Truncated, 3);
        _transport.Truncate(1);
        Eventually(DropReason.Truncated, 4);
    }

    [Fact]
    [Trait("Drop", nameof(DropReason.TunRefused))]
    public void Packets_that_the_tun_has_no_room_for_are_counted()
    {
        // 98 packets of 1328 bytes fill the queue to the host, which takes none.
        for (ulong counter = 1; counter <= 200; counter += 10)
            _transport.Deliver([.. Enumerable.Range(0, 10).Select(i => _hand.Data(counter + (ulong)i, FromPeer))]);
        Eventually(DropReason.TunRefused, 102);
    }

    [Fact]
    [Trait("Drop", nameof(DropReason.SendFailed))]
    public void Packets_that_the_network_does_not_take_are_counted()
    {
        Assert.True(_tun.Inject(ToPeer));
        _transport.WaitForSent(2); // the session works
        _transport.IsCutOff = true;
        Assert.True(_tun.Inject(ToPeer));
        Eventually(DropReason.SendFailed, 1);
        Assert.True(_tun.Inject(ToPeer));
        Eventually(DropReason.SendFailed, 2);
    }

    public async Task DisposeAsync() => await _device.DisposeAsync();

    public void Dispose()
    {
        _hand.Dispose();
        _world.Dispose();
        _tun.Dispose();
        _transport.Dispose();
    }

    private void Eventually(DropReason reason, long count)
    {
        Assert.True(
            SpinWait.SpinUntil(() => _device.CountDropped(reason) >= count, TimeSpan.FromSeconds(20)),
            $"{_device.CountDropped(reason)} packets were dropped as {reason}.");
        Assert.Equal(count, _device.CountDropped(reason));
    }
}
