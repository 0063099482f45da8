using System.Buffers;
using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Protocol.Tests.Configuration;

internal static class RandomConfigurations
{
    private static readonly string[] Commands =
    [
        "iptables -A FORWARD -i %i -j ACCEPT; iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE",
        "echo \"a # that is no comment\" = > /dev/null",
        "[Interface]",
        "PrivateKey = echo",
        "logger\tup",
        "printf 'täst \u2028 \uD83D\uDE00'",
        "=",
    ];

    private static readonly string[] Domains = ["example.com", "~.", "~corp.example", "a", "xn--bcher-kva.example.", "_sip._udp.example"];
    private static readonly string[] Names = ["vpn.example.com", "gw-1", "node.example.net.", "1.2.3.example"];

    internal static WireGuardConfiguration Configuration(this Random random)
    {
        var configuration = new WireGuardConfiguration();
        InterfaceConfiguration section = configuration.Interface;
        section.PrivateKey = new PrivateKey(random.KeyBytes());
        if (random.Chance(0.5)) section.ListenPort = (ushort)random.Next(65536);
        if (random.Chance(0.5)) section.FirewallMark = random.Chance(0.3) ? 0 : (uint)random.NextInt64(1L << 32);
        if (random.Chance(0.3)) section.Mtu = random.Next(68, 65536);
        if (random.Chance(0.4)) section.Table = random.GetItems(new[] { "off", "auto", "51820", "0xca6c", "vpn", "main" }, 1)[0];
        section.SaveConfig = random.Chance(0.3);
        Fill(random, section.Addresses, () => Address(random));
        Fill(random, section.DnsServers, random.Address);
        Fill(random, section.DnsSearchDomains, () => random.GetItems(Domains, 1)[0]);
        foreach (IList<string> list in new[] { section.PreUp, section.PostUp, section.PreDown, section.PostDown })
        {
            Fill(random, list, () => random.GetItems(Commands, 1)[0]);
        }
        for (int peers = random.Next(4); peers > 0; peers--)
        {
            var peer = new PeerConfiguration(random.PublicKey());
            if (random.Chance(0.5)) peer.PresharedKey = new PresharedKey(random.KeyBytes());
            if (random.Chance(0.5)) peer.PersistentKeepalive = (ushort)(random.Chance(0.3) ? 0 : random.Next(65536));
            if (random.Chance(0.4)) peer.Endpoint = new PeerEndpoint(random.Endpoint());
            else if (random.Chance(0.4)) peer.Endpoint = new PeerEndpoint(random.GetItems(Names, 1)[0], (ushort)random.Next(1, 65536));
            Fill(random, peer.AllowedIps, random.Prefix);
            configuration.Peers.Add(peer);
        }
        return configuration;
    }

    internal static string Text(this WireGuardConfiguration configuration)
    {
        var writer = new ArrayBufferWriter<char>();
        configuration.Write(writer);
        return writer.WrittenSpan.ToString();
    }

    private static InterfaceAddress Address(Random random)
    {
        System.Net.IPAddress address = random.Address();
        return new InterfaceAddress(address, random.Next(address.GetAddressBytes().Length * 8 + 1));
    }

    private static void Fill<T>(Random random, IList<T> list, Func<T> make)
    {
        for (int count = random.Next(4); count > 0; count--) list.Add(make());
    }
}
