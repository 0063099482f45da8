using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Tests.Items;

namespace Apex.Vpn.Protocol.Tests.Notices;

/// <summary>Notices allocate nothing for packets that are none, nor for those that are refused.</summary>
[Collection(Alone.Name)]
public sealed class NoticeAllocationTests : IDisposable
{
    private readonly NoticeScene _scene = new NoticeScene().Connected();
    private readonly Carrier _carrier;

    public NoticeAllocationTests()
    {
        _scene.Duo.World.Records = false;
        _carrier = new Carrier(_scene.Duo);
    }

    [Fact]
    public void Packets_of_a_client_and_a_node_with_notices_allocate_nothing()
    {
        byte[] there = Duo.ToRight(1392), back = Duo.ToLeft(1392);
        byte[] alike = ControlPlane.Packet(_scene.NodeIp, _scene.ClientIp, "other"u8);
        AllocationTests.AssertAllocatesNothing(() =>
        {
            _carrier.Carry(there, toRight: true);
            _carrier.Carry(back, toRight: false);
            _carrier.Carry(alike, toRight: false);
        });
        Assert.Equal(2L * 3 * AllocationTests.Rounds * Carrier.Slots, _carrier.Delivered);
    }

    [Fact]
    public void Hellos_and_notices_that_are_refused_allocate_nothing()
    {
        byte[] hello = ControlPlane.Packet(_scene.ClientIp, _scene.NodeIp, ControlPlane.Hello());
        byte[] wrong = ControlPlane.Packet(_scene.NodeIp, _scene.ClientIp, [.. NoticeLayout.Closing(), 0]);
        byte[] late = _scene.Plane.Sign(ControlPlane.Drain(1));
        _scene.Plane.SignedTime = ControlPlane.Now.AddDays(1);
        byte[] stale = ControlPlane.Packet(_scene.NodeIp, _scene.ClientIp, late);
        AllocationTests.AssertAllocatesNothing(() =>
        {
            _carrier.Carry(hello, toRight: true);
            _carrier.Carry(wrong, toRight: false);
            _carrier.Carry(stale, toRight: false);
        });
        Assert.Equal(0, _carrier.Delivered);
        Assert.Equal(2L * AllocationTests.Rounds * Carrier.Slots, _scene.Node.Dropped(DropReason.StaleNotice));
        Assert.Equal(2L * AllocationTests.Rounds * Carrier.Slots, _scene.Client.Dropped(DropReason.InvalidNotice));
        Assert.Equal(
            2L * AllocationTests.Rounds * Carrier.Slots, _scene.Client.Dropped(DropReason.StaleNotice) + _scene.Client.Dropped(DropReason.NoticeFlood));
    }

    public void Dispose()
    {
        _carrier.Dispose();
        _scene.Dispose();
    }
}
