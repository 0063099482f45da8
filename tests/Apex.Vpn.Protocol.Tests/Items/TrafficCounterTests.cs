using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>What <c>wg show transfer</c> says: bytes of WireGuard messages.</summary>
public sealed class TrafficCounterTests
{
    [Fact]
    [Trait("Item", "37")]
    public void Item37_ten_pings_count_as_the_kernels_own_test_says()
    {
        using var duo = new Duo();
        for (int i = 0; i < 10; i++)
        {
            duo.Left.Send(Duo.ToRight(payload: 56)); // 84 bytes, as ping sends them
            duo.Run(0.1);
            duo.Right.Send(Duo.ToLeft(payload: 56));
            duo.Run(0.1);
        }
        PeerStatus right = duo.Left.Status(duo.Right), left = duo.Right.Status(duo.Left);
        Assert.Equal((10 * 128) + 148, right.SentBytes);
        Assert.Equal((10 * 128) + 92, right.ReceivedBytes);
        Assert.Equal(1372, left.SentBytes);
        Assert.Equal(1428, left.ReceivedBytes);
        Assert.Equal(1428, duo.Left.Engine.Context.Counters.Read(CounterKind.SentBytes));
        Assert.Equal(11, duo.Left.Engine.Context.Counters.Read(CounterKind.SentPackets));
        Assert.Equal(1372, duo.Left.Engine.Context.Counters.Read(CounterKind.ReceivedBytes));
        Assert.Equal(11, duo.Left.Engine.Context.Counters.Read(CounterKind.ReceivedPackets));
        Assert.Equal(1, duo.Left.Engine.Context.Counters.Read(CounterKind.HandshakesCompleted));
        Assert.Equal(1, duo.Left.Engine.Context.Counters.Read(CounterKind.ActivePeers));
    }

    [Fact]
    [Trait("Item", "37")]
    public void Item37_a_keepalive_counts_32_bytes()
    {
        using Duo duo = new Duo().Established();
        long before = duo.Left.Status(duo.Right).SentBytes;
        duo.ChangeRight(static update => update.PersistentKeepalive = 60);
        duo.Run(1);
        Assert.Equal(before + 32, duo.Left.Status(duo.Right).SentBytes);
        Assert.Equal(before + 32, duo.Right.Status(duo.Left).ReceivedBytes);
    }

    [Fact]
    [Trait("Item", "37")]
    public void Item37_what_is_not_authentic_does_not_count()
    {
        using Duo duo = new Duo().Established();
        PeerStatus before = duo.Right.Status(duo.Left);
        duo.Lose = static _ => true;
        duo.Left.Send(Duo.ToRight());
        Datagram datagram = duo.Log[^1].Datagram;
        byte[] forged = [.. datagram.Bytes];
        forged[^1] ^= 1;
        duo.Right.Receive(datagram with { Bytes = forged });
        Assert.Equal(before.ReceivedBytes, duo.Right.Status(duo.Left).ReceivedBytes);
        duo.Right.Receive(datagram);
        duo.Right.Receive(datagram); // a replay
        Assert.Equal(before.ReceivedBytes + datagram.Bytes.Length, duo.Right.Status(duo.Left).ReceivedBytes);
    }

    [Fact]
    [Trait("Item", "37")]
    public void Item37_the_time_of_the_last_handshake_is_wall_clock_time()
    {
        using var duo = new Duo();
        Assert.Null(duo.Left.Status(duo.Right).LastHandshake);
        duo.Run(100);
        duo.Established();
        DateTimeOffset start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        Assert.Equal(start + TimeSpan.FromMilliseconds(100_020), duo.Left.Status(duo.Right).LastHandshake);
        Assert.Equal(start + TimeSpan.FromMilliseconds(100_030), duo.Right.Status(duo.Left).LastHandshake); // when it was confirmed
    }
}
