using System.Globalization;
using System.Net;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Tests.Directory;

/// <summary>Server lists to sign: small ones, large ones, and any at all.</summary>
internal static class Fleets
{
    internal static ServerList Small(long version = 1, int servers = 3) => new()
    {
        Version = version,
        Issued = Authority.Start,
        Expires = Authority.Start.AddDays(30),
        Servers = [.. Enumerable.Range(0, servers).Select(static i => Server(i))],
        RevokedKeys = [Key(200)],
    };

    internal static Server Server(int i) => new()
    {
        Id = new Guid(i + 1, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]),
        Name = $"nl-ams-{i:00}",
        Place = new Place("Amsterdam", CountryCode.Parse("NL"), new GeoPoint(52.370216, 4.895168)),
        Provider = i % 2 == 0 ? "Example Hosting" : "",
        Endpoints =
        [
            new ServerEndpoint(TransportKind.WireGuardUdp, Address($"192.0.2.{i + 1}", 51820)),
            new ServerEndpoint(TransportKind.WireGuardTls, Address($"192.0.2.{i + 1}", 443)),
            new ServerEndpoint(TransportKind.WireGuardUdp, Address($"2001:db8::{i + 1}", 51820)),
        ],
        Keys = [new ServerKey(Key(i), Authority.Start.AddDays(-1), Authority.Start.AddDays(60))],
        Features = ServerFeatures.IPv6 | ServerFeatures.RamOnly,
        Capacity = 10_000,
    };

    internal static PublicKey Key(int i) => new([.. BitConverter.GetBytes(i + 1), .. Enumerable.Repeat((byte)0x5A, 28)]);

    internal static UdpEndpoint Address(string address, int port) => UdpEndpoint.From(new IPEndPoint(IPAddress.Parse(address), port));

    internal static StatusSnapshot Status(ServerList list, long sequence, DateTimeOffset? issued = null) => new()
    {
        Sequence = sequence,
        Issued = issued ?? Authority.Start,
        NotAfter = (issued ?? Authority.Start).AddSeconds(90),
        Servers = [.. list.Servers.Select(static (_, i) => new ServerStatus(ServerStates.InService, i % 5 / 5.0, 1))],
    };

    /// <summary>A consumer VPN of 554 nodes in 91 cities: random ids, keys and boot times, addresses as providers give them.</summary>
    internal static ServerList Consumer(int seed)
    {
        var random = new Random(seed);
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "data", "cities.csv"));
        string[] providers = ["Datapacket", "M247", "31173", "xtom", "Tzulo", "Zenlayer"];
        var servers = new List<Server>();
        foreach (string[] cells in lines.Skip(1).Select(static line => line.Split(',')))
        {
            // A city may have a comma in its name.
            string city = string.Join(',', cells[3..^3]).Trim('"');
            var place = new Place(city, CountryCode.Parse(cells[0]), new GeoPoint(Number(cells[^3]), Number(cells[^2])));
            string provider = providers[random.Next(providers.Length)];
            uint network = (uint)random.NextInt64(0x01000000, 0xDF000000) & 0xFFFFFF00;
            UInt128 network6 = ((UInt128)0x2A00_0000_0000_0000 << 64) | ((UInt128)(ulong)random.NextInt64() << 64 >> 8);
            for (int i = 1; i <= int.Parse(cells[^1], CultureInfo.InvariantCulture); i++)
            {
                DateTimeOffset boot = Authority.Start.AddSeconds(-random.Next(80 * 86400));
                UdpEndpoint v4 = UdpEndpoint.FromIPv4(network + (uint)random.Next(1, 255), 51820);
                UInt128 v6 = (network6 & (UInt128.MaxValue << 64)) | (ulong)random.Next(1, 65536);
                servers.Add(new Server
                {
                    Id = new Guid([.. Bytes(random, 16)]),
                    Name = $"{cells[0]}-{cells[2]}-{i:000}",
                    Place = place,
                    Provider = provider,
                    Endpoints =
                    [
                        .. new[] { 51820, 53, 443 }.Select(port => new ServerEndpoint(TransportKind.WireGuardUdp, At(v4, port))),
                        new ServerEndpoint(TransportKind.WireGuardTls, At(v4, 443)),
                        .. new ushort[] { 51820, 53, 443 }
                            .Select(port => new ServerEndpoint(TransportKind.WireGuardUdp, UdpEndpoint.FromIPv6(v6, port))),
                    ],
                    Keys = [new ServerKey(new PublicKey(Bytes(random, 32)), boot, boot.AddDays(104))],
                    Features = ServerFeatures.IPv6 | ServerFeatures.RamOnly | (random.Next(3) == 0 ? ServerFeatures.Owned : 0),
                    Capacity = random.Next(3) == 0 ? 20_000 : 10_000,
                });
            }
        }
        return new ServerList { Version = 4711, Issued = Authority.Start, Expires = Authority.Start.AddDays(30), Servers = servers };

        static UdpEndpoint At(UdpEndpoint address, int port) => UdpEndpoint.FromIPv4((uint)address.AddressBits, (ushort)port);
    }

    /// <summary>Any list that may be signed.</summary>
    internal static ServerList Any(int seed)
    {
        var random = new Random(seed);
        return new ServerList
        {
            Version = random.NextInt64(1, long.MaxValue),
            Issued = Authority.Start,
            Expires = Authority.Start.AddSeconds(random.Next(1, 80 * 86400)),
            Servers = [.. Enumerable.Range(0, random.Next(12)).Select(i => AnyServer(random, i))],
            RevokedKeys = [.. Enumerable.Range(0, random.Next(4)).Select(_ => new PublicKey(Bytes(random, 32)))],
        };
    }

    private static Server AnyServer(Random random, int i) => new()
    {
        Id = new Guid(i + 1, (short)random.Next(), 0, Bytes(random, 8)),
        Name = Text(random, 1),
        Place = new Place(
            Text(random, 1),
            CountryCode.Parse($"{(char)('A' + random.Next(3))}{(char)('A' + random.Next(3))}"),
            new GeoPoint(random.Next(-90_000_000, 90_000_001) / 1e6, random.Next(-180_000_000, 180_000_001) / 1e6)),
        Provider = Text(random, 0),
        Endpoints = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => AnyEndpoint(random))],
        Keys = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => AnyKey(random))],
        Features = (ServerFeatures)(uint)random.NextInt64(uint.MaxValue + 1L),
        Capacity = random.Next(1, 1_000_000_001),
    };

    private static ServerEndpoint AnyEndpoint(Random random) => new((TransportKind)random.Next(1, 256), AnyAddress(random));

    private static ServerKey AnyKey(Random random)
    {
        DateTimeOffset begin = DateTimeOffset.FromUnixTimeSeconds(random.NextInt64(1L << 36));
        return new ServerKey(new PublicKey(Bytes(random, 32)), begin, begin.AddSeconds(random.NextInt64(1L << 35)));
    }

    private static UdpEndpoint AnyAddress(Random random)
    {
        ushort port = (ushort)random.Next(1, 65536);
        return random.Next(2) == 0
            ? UdpEndpoint.FromIPv4((uint)random.NextInt64(1, uint.MaxValue), port)
            : UdpEndpoint.FromIPv6(new UInt128(0x2001_0DB8_0000_0000UL | (uint)random.Next(), (ulong)random.NextInt64()), port);
    }

    private static string Text(Random random, int least)
    {
        string[] letters = ["a", "Z", "0", "-", " ", "ü", "ø", "東", "😀"];
        return string.Concat(Enumerable.Range(0, random.Next(least, 16)).Select(_ => letters[random.Next(letters.Length)]));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
