using Apex.Vpn.Fleet.Peers;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Tests.Peers;

/// <summary>Devices by number: each has its key, and a grant that says which number it is, in all of its parts.</summary>
internal static class Devices
{
    internal static PublicKey Key(int number)
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes.Fill(0x5a);
        BitConverter.TryWriteBytes(bytes, number);
        return new PublicKey(bytes);
    }

    internal static DeviceGrant Grant(int number, int round = 0)
    {
        uint mark = ((uint)number * 2654435761u) + (uint)round;
        return new DeviceGrant(mark, ((ulong)mark << 32) | mark, mark, (ushort)mark, (byte)mark);
    }

    /// <summary>Whether all parts of a grant belong together: one that was read while it was written does not.</summary>
    internal static bool IsWhole(in DeviceGrant grant) =>
        grant.InnerIPv6 == (((ulong)grant.InnerIPv4 << 32) | grant.InnerIPv4)
        && grant.Account == grant.InnerIPv4 && grant.Class == (ushort)grant.InnerIPv4 && grant.SessionLimit == (byte)grant.InnerIPv4;
}
