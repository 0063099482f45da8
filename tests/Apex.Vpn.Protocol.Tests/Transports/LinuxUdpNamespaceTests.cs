using System.Net.NetworkInformation;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Testing;
using static Apex.Vpn.Protocol.Tests.Transports.TransportTesting;

namespace Apex.Vpn.Protocol.Tests.Transports;

/// <summary>What needs addresses, routes and links of one's own: two namespaces with a cable between them.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinuxUdpNamespaceTests
{
    [RootFact, Trait("Item", "36")]
    public void Item36_an_answer_comes_from_the_address_that_was_asked_and_from_another_once_that_is_removed()
    {
        using var link = new Link();
        foreach ((string asked, string other, string from, int prefix) in new[]
        {
            ("10.9.0.7", "10.9.0.2", "10.9.0.1", 24),
            ("fd09::7", "fd09::2", "fd09::1", 64),
        })
        {
            link.Right.Ip($"addr add {asked}/{prefix} dev {link.RightLink} nodad");
            link.LeftUdp.SendOne(Path(asked, link.RightPort), [1]);
            Received question = link.RightUdp.ReceiveOne();
            Assert.Equal(Endpoint(from, link.LeftPort), question.Path.Remote);
            Assert.Equal(Bits(asked), question.Path.LocalAddress);

            Assert.False(link.RightUdp.SendOne(question.Path, [2]).SourceRejected);
            Assert.Equal(Endpoint(asked, link.RightPort), link.LeftUdp.ReceiveOne().Path.Remote);

            link.Right.Ip($"addr del {asked}/{prefix} dev {link.RightLink}");
            Assert.True(link.RightUdp.SendOne(question.Path, [3]).SourceRejected);
            Assert.Equal(Endpoint(other, link.RightPort), link.LeftUdp.ReceiveOne().Path.Remote);
        }
    }

    [RootFact, Trait("Item", "36")]
    public void Item36_a_source_on_an_interface_that_is_gone_is_dropped()
    {
        using var link = new Link();
        link.Right.Ip("link add spare type veth peer name spare2");
        link.Right.Ip("link set spare up");
        link.Right.Ip("addr add 10.77.0.1/32 dev spare");
        link.Right.Ip("addr add fd77::1/128 dev spare nodad");
        int spare = link.Right.Run(() => NetworkInterface.GetAllNetworkInterfaces().Single(i => i.Name == "spare")
            .GetIPProperties().GetIPv4Properties().Index);
        link.Right.Ip("link del spare");
        foreach ((string to, string source) in new[] { ("10.9.0.1", "10.77.0.1"), ("fd09::1", "fd77::1") })
        {
            var stale = new UdpPath(Endpoint(to, link.LeftPort), Bits(source), spare);
            Assert.True(link.RightUdp.SendOne(stale, [1]).SourceRejected);
            Assert.Equal([1], link.LeftUdp.ReceiveOne().Bytes);
        }
    }

    [RootFact, Trait("Item", "35")]
    public void Item35_link_local_addresses_work_with_their_scope()
    {
        using var link = new Link();
        string address = link.Right.Run(() => NetworkInterface.GetAllNetworkInterfaces().Single(i => i.Name == link.RightLink)
            .GetIPProperties().UnicastAddresses.Single(a => a.Address.IsIPv6LinkLocal).Address.ToString().Split('%')[0]);
        int scope = link.Left.Run(() => NetworkInterface.GetAllNetworkInterfaces().Single(i => i.Name == link.LeftLink)
            .GetIPProperties().GetIPv6Properties().Index);
        var path = new UdpPath(UdpEndpoint.FromIPv6(Bits(address), link.RightPort, (uint)scope));
        Received question = new([], default, 0);
        Eventually(
            () => link.LeftUdp.TrySend(path, [1]) && (question = link.RightUdp.ReceiveOne()).Path.Remote.ScopeId != 0,
            "the link-local addresses never became usable");
        Assert.Equal((int)question.Path.Remote.ScopeId, question.Path.LocalInterface);
        Assert.Equal(Bits(address), question.Path.LocalAddress);
        Assert.False(link.RightUdp.SendOne(question.Path, [2]).SourceRejected);
        Received answer = link.LeftUdp.ReceiveOne();
        Assert.Equal([2], answer.Bytes);
        Assert.Equal(path.Remote, answer.Path.Remote);
    }

    [RootFact, Trait("Item", "36")]
    public void Item36_changes_of_routes_addresses_and_links_are_told()
    {
        using var link = new Link();
        int changes = 0;
        link.RightUdp.RoutesChanged += () => Interlocked.Increment(ref changes);
        Task<int> receive = Start(() => link.RightUdp.Receive(NewBatch()));
        foreach (string change in new[]
        {
            "route add 10.50.0.0/16 via 10.9.0.1",
            "-6 route add fd50::/64 via fd09::1",
            "route del 10.50.0.0/16",
            $"addr add 10.51.0.1/24 dev {link.RightLink}",
            $"addr add fd51::1/64 dev {link.RightLink} nodad",
            $"link set {link.RightLink} down",
        })
        {
            int before = Volatile.Read(ref changes);
            link.Right.Ip(change);
            Eventually(() => Volatile.Read(ref changes) > before, $"nothing was told of: ip {change}");
        }

        int after = Volatile.Read(ref changes);
        link.Left.Ip("route add 10.50.0.0/16 via 10.9.0.2"); // another namespace is none of its business
        link.RightUdp.Wake();
        Assert.Equal(0, receive.Await());
        Assert.Equal(after, Volatile.Read(ref changes));
    }

    [RootFact]
    public void Datagrams_longer_than_the_links_mtu_are_fragmented()
    {
        using var link = new Link();
        byte[] datagram = [.. Enumerable.Range(0, 34_736 + 32).Select(i => (byte)(i * 11))];
        foreach (string address in new[] { "10.9.0.2", "fd09::2" })
        {
            link.LeftUdp.SendOne(Path(address, link.RightPort), datagram);
            Assert.Equal(datagram, link.RightUdp.ReceiveOne().Bytes);
            link.LeftUdp.SendOne(Path(address, link.RightPort), new byte[65507]);
            Assert.Equal(65507, link.RightUdp.ReceiveOne().Bytes.Length);
        }
    }

    [RootFact, Trait("Item", "47")]
    public void Item47_the_mark_applies_to_open_sockets_at_once_and_to_those_opened_later()
    {
        using var link = new Link();
        foreach (string family in new[] { "-4", "-6" })
        {
            link.Left.Ip($"{family} rule add fwmark 51820 lookup 777");
            link.Left.Ip($"{family} route add unreachable default table 777");
        }

        UdpPath ipv4 = Path("10.9.0.2", link.RightPort), ipv6 = Path("fd09::2", link.RightPort);
        Assert.True(link.LeftUdp.TrySend(ipv4, [1]) && link.LeftUdp.TrySend(ipv6, [1]));
        link.LeftUdp.SetMark(51820);
        Assert.False(link.LeftUdp.TrySend(ipv4, [1]) || link.LeftUdp.TrySend(ipv6, [1]));
        link.Left.Run(() => link.LeftUdp.Open(0));
        Assert.False(link.LeftUdp.TrySend(ipv4, [1]) || link.LeftUdp.TrySend(ipv6, [1]));
        link.LeftUdp.SetMark(0);
        Assert.True(link.LeftUdp.TrySend(ipv4, [1]) && link.LeftUdp.TrySend(ipv6, [1]));
    }

    [RootFact, Trait("Item", "47")]
    public void Item47_a_host_with_ipv6_switched_off_has_ipv4()
    {
        using var space = new TestNamespace();
        space.Sysctl("net/ipv6/conf/all/disable_ipv6", "1");
        using LinuxUdpTransport left = new(), right = new();
        space.Run(() => left.Open(0));
        ushort port = space.Run(() => right.Open(0));
        Assert.False(left.TrySend(Path("::1", port), [1]));
        left.SendOne(Path("127.0.0.1", port), [2]);
        Assert.Equal([2], right.ReceiveOne().Bytes);
    }

    [RootFact, Trait("Item", "50")]
    public void Item50_a_full_send_buffer_is_waited_for_a_little_and_never_for_long()
    {
        using var link = new Link();
        link.Left.Ip($"link set {link.LeftLink} mtu 65535");
        link.Right.Ip($"link set {link.RightLink} mtu 65535");
        TestNamespace.Command("tc", $"-n {link.Left.Name} qdisc add dev {link.LeftLink} root tbf rate 1mbit burst 70000 limit 100000000");
        PacketBatch batch = NewBatch(64, PacketBatch.FullStride);
        for (int i = 0; i < 64; i++)
        {
            batch.Add(new byte[60000]).Path = Path("10.9.0.2", link.RightPort);
        }

        // 4 MB per batch into a buffer of 7 to 14 MB that the link would take minutes to empty.
        int taken = 64, rounds = 0;
        for (; taken == 64 && rounds < 100; rounds++)
        {
            taken = link.LeftUdp.Send(batch);
        }

        Assert.InRange(rounds, 2, 99);
        Task<int> send = Start(() => Enumerable.Range(0, 20).Sum(_ => link.LeftUdp.Send(batch)));
        Assert.InRange(send.Await(), 0, 20 * 63);
    }
}
