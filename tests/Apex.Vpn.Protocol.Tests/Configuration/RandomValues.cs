using System.Buffers.Binary;
using System.Net;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Configuration;

/// <summary>Values for generated states; every one follows from the seed.</summary>
internal static class RandomValues
{
    internal static byte[] KeyBytes(this Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        return bytes;
    }

    internal static PublicKey PublicKey(this Random random) => new(random.KeyBytes());

    internal static bool Chance(this Random random, double probability) => random.NextDouble() < probability;

    internal static IPAddress Address(this Random random)
    {
        byte[] bytes = new byte[random.Chance(0.5) ? 4 : 16];
        random.NextBytes(bytes);
        // Runs of zeros and mapped addresses are where the text forms of IPv6 get interesting.
        if (bytes.Length == 16 && random.Chance(0.5)) bytes.AsSpan(random.Next(12), random.Next(1, 5)).Clear();
        if (bytes.Length == 16 && random.Chance(0.1)) IPAddress.Parse("::ffff:0.0.0.0").GetAddressBytes().AsSpan(0, 12).CopyTo(bytes);
        return new IPAddress(bytes);
    }

    internal static IPNetwork Prefix(this Random random)
    {
        IPAddress address = random.Address();
        return new IPNetwork(address, random.Next(address.GetAddressBytes().Length * 8 + 1));
    }

    internal static UdpEndpoint Endpoint(this Random random)
    {
        ushort port = (ushort)random.Next(1, 65536);
        if (random.Chance(0.2))
        {
            Span<byte> bits = stackalloc byte[16];
            random.NextBytes(bits);
            BinaryPrimitives.WriteUInt16BigEndian(bits, 0xFE80);
            return UdpEndpoint.FromIPv6(BinaryPrimitives.ReadUInt128BigEndian(bits), port, (uint)random.Next(1, int.MaxValue));
        }
        return UdpEndpoint.From(new IPEndPoint(random.Address(), port));
    }
}
