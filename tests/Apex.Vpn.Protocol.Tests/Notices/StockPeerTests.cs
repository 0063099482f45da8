using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Notices;

/// <summary>A client that knows no notices cannot tell whether its node does.</summary>
public sealed class StockPeerTests
{
    [Fact]
    public void A_stock_client_sees_the_same_datagrams_at_the_same_times_whether_the_node_has_notices_or_not()
    {
        List<(double, bool, MessageType, int)> without = Run(new NodeOptions(), notify: false);
        List<(double, bool, MessageType, int)> with = Run(ControlPlane.NodeAt(Duo.RightIp, "fd00::2"), notify: true);
        Assert.True(without.Count > 600);
        Assert.Equal(without, with);
    }

    [Fact]
    public void A_node_that_knows_none_takes_a_hello_for_a_packet_like_any_other()
    {
        var plane = new ControlPlane();
        using var duo = new Duo(new NodeOptions { NoticeClient = plane.Client });
        duo.Left.Engine.Notices!.SetGateways([ControlPlane.Gateway(duo.Right.PublicKey, Duo.RightIp, Duo.LeftIp)]);
        duo.Left.Send(Duo.ToRight());
        duo.Run(1);
        Assert.Equal(2, duo.Right.Delivered.Count); // the host answers it by "port unreachable", as any
        Assert.Empty(duo.Left.Events.Drops);
        Assert.Empty(duo.Right.Events.Drops);
    }

    /// <summary>Ten minutes of a session that is renewed, is idle and wakes up again; the same world each time.</summary>
    private static List<(double At, bool ByNode, MessageType Type, int Length)> Run(NodeOptions node, bool notify)
    {
        using var duo = new Duo(right: node);
        var plane = new ControlPlane();
        for (int second = 0; second < 600; second++)
        {
            if (second is < 300 or > 500)
            {
                duo.Left.Send(Duo.ToRight(second));
                duo.Right.Send(Duo.ToLeft(second));
            }
            duo.Run(1);
            if (!notify || second % 10 != 0) continue;
            byte[] drain = plane.Sign(ControlPlane.Drain((ulong)second + 1));
            Assert.False(duo.Right.Notify(duo.Left, NoticeKind.Drain, drain));
            Assert.False(duo.Right.Notify(duo.Left, NoticeKind.Closing, []));
            Assert.Equal(0, duo.Right.Engine.Notices!.NotifyAll(NoticeKind.Drain, drain, duo.World.Now));
        }
        Assert.Equal(0, duo.Right.Engine.Notices?.Sender?.Pending ?? 0);
        return [.. duo.Log.Select(sent => (sent.Seconds, sent.Datagram.From == duo.Right.Address, sent.Datagram.Type, sent.Datagram.Bytes.Length))];
    }
}
