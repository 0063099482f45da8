using System.Buffers.Binary;
using Apex.Vpn.Protocol.Engine.Peers;
using static Apex.Vpn.Protocol.Tests.Engine.Peers.PrefixOwner;

namespace Apex.Vpn.Protocol.Tests.Engine.Peers;

public sealed class AllowedIpTableTests
{
    private readonly AllowedIpTable<PrefixOwner> _table = new();
    private readonly PrefixOwner _a = new("a"), _b = new("b"), _c = new("c"), _d = new("d"), _e = new("e");

    [Fact]
    public void The_longest_prefix_wins_for_IPv4()
    {
        Give(_a, "0.0.0.0/0", "172.16.0.0/13", "100.64.0.0/10");
        Give(_b, "10.0.0.0/8", "172.24.0.0/14", "255.255.255.255/32");
        Give(_c, "10.32.0.0/11", "10.0.0.1/32", "128.0.0.0/1");
        Give(_d, "10.32.64.0/18", "10.0.0.0/31", "192.0.2.128/25");
        Give(_e, "10.32.64.7/32", "192.0.2.0/24", "192.0.2.200/30");

        Expect(_a, "1.2.3.4", "11.0.0.0", "9.255.255.255", "172.16.0.0", "172.23.255.255", "100.127.255.255", "127.255.255.255");
        Expect(_b, "10.0.0.2", "10.31.255.255", "10.64.0.0", "10.255.255.255", "172.24.0.1", "172.27.255.255", "255.255.255.255");
        Expect(_c, "10.32.0.0", "10.32.63.255", "10.32.128.0", "10.63.255.255", "10.0.0.1", "128.0.0.0");
        Expect(_c, "255.255.255.254", "192.0.3.0", "172.28.0.0");
        Expect(_d, "10.32.64.0", "10.32.127.255", "10.0.0.0", "192.0.2.128", "192.0.2.199", "192.0.2.204");
        Expect(_e, "10.32.64.7", "192.0.2.0", "192.0.2.127", "192.0.2.200", "192.0.2.203");
    }

    [Fact]
    public void The_longest_prefix_wins_for_IPv6()
    {
        Give(_a, "::/0", "fe80::/10");
        Give(_b, "2001:db8::/32", "::1/128");
        Give(_c, "2001:db8:0:1::/64", "8000::/1");
        Give(_d, "2001:db8:0:1:8000::/65", "2001:db8::/127");
        Give(_e, "2001:db8:0:1:8000::5/128", "2001:db8:0:1::5/128");

        Expect(_a, "::", "::2", "2001:db9::", "2001:db7:ffff::", "fe80::1", "febf:ffff::");
        Expect(_b, "2001:db8::2", "2001:db8:0:2::", "2001:db8:ffff::", "::1");
        Expect(_c, "2001:db8:0:1::", "2001:db8:0:1:7fff::", "8000::", "ffff::", "fec0::");
        Expect(_d, "2001:db8:0:1:8000::", "2001:db8:0:1:ffff::", "2001:db8::", "2001:db8::1");
        Expect(_e, "2001:db8:0:1:8000::5", "2001:db8:0:1::5");
    }

    [Fact]
    public void Addresses_outside_all_prefixes_are_no_ones()
    {
        Assert.Null(Find("10.0.0.1"));
        Assert.Null(Find("::1"));
        Give(_a, "10.0.0.0/24", "10.0.2.0/24", "2001:db8::/48");
        Expect(null, "10.0.1.0", "10.0.3.0", "11.0.0.0", "2001:db8:1::", "::");
    }

    [Fact]
    public void The_families_do_not_mix()
    {
        Give(_a, "0.0.0.0/0");
        Assert.Null(Find("::"));
        Give(_b, "::/0");
        Expect(_a, "0.0.0.0");
        Expect(_b, "::", "::ffff:10.0.0.1");
    }

    [Fact]
    [Trait("Item", "41")]
    public void Item41_the_same_prefix_given_to_another_peer_moves()
    {
        Give(_a, "10.0.0.0/8", "10.1.0.0/16");
        Give(_b, "10.77.1.2/8"); // the same network, with host bits
        Expect(_b, "10.2.0.0");
        Expect(_a, "10.1.0.0");
        Assert.Equal(["10.1.0.0/16"], _a.Listed);
        Assert.Equal(["10.0.0.0/8"], _b.Listed);
    }

    [Fact]
    [Trait("Item", "41")]
    public void Item41_prefixes_are_listed_in_the_order_given_and_a_moved_one_goes_to_the_end()
    {
        Give(_a, "10.3.0.0/16", "2001:db8::/32", "10.1.0.0/16", "10.2.0.0/16");
        Assert.Equal(["10.3.0.0/16", "2001:db8::/32", "10.1.0.0/16", "10.2.0.0/16"], _a.Listed);
        Give(_b, "10.9.0.0/16", "2001:db8::/32");
        Assert.Equal(["10.9.0.0/16", "2001:db8::/32"], _b.Listed);
        Give(_a, "2001:db8::/32");
        Give(_a, "10.3.0.0/16"); // its own already
        Assert.Equal(["10.1.0.0/16", "10.2.0.0/16", "2001:db8::/32", "10.3.0.0/16"], _a.Listed);
        Assert.Equal(["10.9.0.0/16"], _b.Listed);
        Assert.Equal(4, _a.AllowedIps.Count);
    }

    [Fact]
    [Trait("Item", "41")]
    public void Item41_only_the_owner_of_exactly_this_prefix_loses_it()
    {
        Give(_a, "10.0.0.0/8");
        using (AllowedIpTable<PrefixOwner>.EditSession edit = _table.Edit())
        {
            Assert.False(edit.Remove(Prefix("10.0.0.0/8"), _b));
            Assert.False(edit.Remove(Prefix("10.0.0.0/9"), _a));
            Assert.False(edit.Remove(Prefix("10.0.0.0/7"), _a));
            Assert.False(edit.Remove(Prefix("::/8"), _a));
        }
        Expect(_a, "10.0.0.0");
        Take(_a, "10.0.0.0/8");
        Assert.Null(Find("10.0.0.0"));
        Assert.Empty(_a.Listed);
    }

    [Fact]
    [Trait("Item", "41")]
    public void Item41_removing_a_peer_removes_all_its_prefixes_and_no_others()
    {
        Give(_a, "0.0.0.0/0", "10.1.0.0/16", "::/0", "10.1.2.3/32");
        Give(_b, "10.0.0.0/8", "10.1.2.0/24");
        using (AllowedIpTable<PrefixOwner>.EditSession edit = _table.Edit()) edit.RemoveAll(_a);
        Assert.Equal(0, _a.AllowedIps.Count);
        Assert.Empty(_a.Listed);
        Expect(null, "1.2.3.4", "::1");
        Expect(_b, "10.1.2.3", "10.1.0.0");
    }

    [Fact]
    public void A_prefix_between_others_can_come_and_go()
    {
        Give(_a, "10.0.0.0/8");
        Give(_c, "10.1.2.0/24");
        Give(_b, "10.1.0.0/16");
        Expect(_b, "10.1.0.0");
        Take(_b, "10.1.0.0/16");
        Expect(_a, "10.1.0.0");
        Expect(_c, "10.1.2.0");
        Take(_a, "10.0.0.0/8");
        Expect(null, "10.1.0.0");
        Expect(_c, "10.1.2.0");
        Take(_c, "10.1.2.0/24");
        Expect(null, "10.1.2.0");
    }

    [Fact]
    public void Readers_see_an_edit_all_at_once()
    {
        Give(_a, "10.0.0.0/8", "10.1.0.0/16");
        using (AllowedIpTable<PrefixOwner>.EditSession edit = _table.Edit())
        {
            edit.Remove(Prefix("10.0.0.0/8"), _a);
            edit.Add(Prefix("10.1.0.0/16"), _b);
            edit.Add(Prefix("10.2.0.0/16"), _b);
            Expect(_a, "10.0.0.0", "10.1.0.0", "10.2.0.0");
            edit.Publish();
            Expect(null, "10.0.0.0");
            Expect(_b, "10.1.0.0", "10.2.0.0");
            edit.Add(Prefix("10.2.0.0/16"), _c);
            Expect(_b, "10.2.0.0");
        }
        Expect(_c, "10.2.0.0");
    }

    [Fact]
    public void One_edit_at_a_time()
    {
        using (_table.Edit()) Assert.Throws<InvalidOperationException>(() => _table.Edit().Dispose());
        using (_table.Edit()) { }
    }

    [Fact]
    public void The_owner_of_a_packets_ends_is_found()
    {
        Give(_a, "10.0.0.0/8", "2001:db8:a::/48");
        Give(_b, "192.0.2.0/24", "2001:db8:b::/48");
        byte[] ipv4 = Packet(20, 0x45, 12, 0x0A000001, 16, 0xC0000201);
        Assert.Same(_a, _table.FindSource(ipv4));
        Assert.Same(_b, _table.FindDestination(ipv4));
        byte[] ipv6 = Packet(40, 0x60, 8, Address("2001:db8:a::1"), 24, Address("2001:db8:b::1"));
        Assert.Same(_a, _table.FindSource(ipv6));
        Assert.Same(_b, _table.FindDestination(ipv6));
    }

    [Fact]
    public void What_is_no_whole_IP_header_has_no_owner()
    {
        Give(_a, "0.0.0.0/0", "::/0");
        foreach ((int length, byte first) in ((int, byte)[])[(0, 0), (19, 0x45), (39, 0x60), (40, 0x50), (40, 0x00), (40, 0xF0)])
        {
            var packet = new byte[length];
            if (length > 0) packet[0] = first;
            Assert.Null(_table.FindSource(packet));
            Assert.Null(_table.FindDestination(packet));
        }
    }

    [Fact]
    public void Finding_and_listing_allocate_nothing()
    {
        Give(_a, "10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32");
        Look();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Look();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Look()
        {
            _table.FindIPv4(0x0A010203);
            _table.FindIPv6((UInt128)0x20010db8 << 96);
            foreach (AllowedIpPrefix prefix in _a.AllowedIps) _table.Find(prefix.Bits, prefix.IsIPv4);
        }
    }

    [Fact]
    public void A_host_prefix_costs_less_than_100_bytes()
    {
        const int Peers = 10_000;
        PrefixOwner[] owners = [.. Enumerable.Range(0, Peers).Select(static i => new PrefixOwner("peer"))];
        Fill(new AllowedIpTable<PrefixOwner>(), owners.AsSpan(0, 1)); // what is allocated once
        using (AllowedIpTable<PrefixOwner>.EditSession edit = _table.Edit())
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Peers; i++) edit.Add(new AllowedIpPrefix(0x0A000000u + (uint)i, 32, IsIPv4: true), owners[i]);
            Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Peers, 1, 100);
        }
        Assert.Same(owners[4711], _table.FindIPv4(0x0A000000 + 4711));

        static void Fill(AllowedIpTable<PrefixOwner> table, ReadOnlySpan<PrefixOwner> owners)
        {
            using AllowedIpTable<PrefixOwner>.EditSession edit = table.Edit();
            foreach (PrefixOwner owner in owners) edit.Add(new AllowedIpPrefix(1, 32, IsIPv4: true), owner);
        }
    }

    private static byte[] Packet(int length, byte first, int sourceOffset, UInt128 source, int destinationOffset, UInt128 destination)
    {
        var packet = new byte[length];
        packet[0] = first;
        Write(sourceOffset, source);
        Write(destinationOffset, destination);
        return packet;

        void Write(int offset, UInt128 address)
        {
            if (length == 20) BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(offset), (uint)address);
            else BinaryPrimitives.WriteUInt128BigEndian(packet.AsSpan(offset), address);
        }
    }

    private PrefixOwner? Find(string address) => _table.Find(Address(address), isIPv4: !address.Contains(':'));

    private void Expect(PrefixOwner? owner, params string[] addresses)
    {
        foreach (string address in addresses) Assert.True(ReferenceEquals(owner, Find(address)), $"{address}: {Find(address)}");
    }

    private void Give(PrefixOwner owner, params string[] prefixes)
    {
        using AllowedIpTable<PrefixOwner>.EditSession edit = _table.Edit();
        foreach (string prefix in prefixes) edit.Add(Prefix(prefix), owner);
    }

    private void Take(PrefixOwner owner, string prefix)
    {
        using AllowedIpTable<PrefixOwner>.EditSession edit = _table.Edit();
        Assert.True(edit.Remove(Prefix(prefix), owner));
    }
}
