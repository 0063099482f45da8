using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Engine.Inner;

namespace Apex.Vpn.Protocol;

/// <summary>What makes a connection: addresses, ports and protocol.</summary>
/// <param name="First">Both IPv4 addresses, or the first half of the IPv6 source.</param>
/// <param name="Second">The rest of IPv6 addresses, as the next two.</param>
/// <param name="Third">See above.</param>
/// <param name="Fourth">See above.</param>
/// <param name="Ports">Both ports.</param>
/// <param name="Kind">IP version and protocol.</param>
internal readonly record struct FlowKey(ulong First, ulong Second, ulong Third, ulong Fourth, uint Ports, int Kind)
{
    internal static FlowKey Of(ReadOnlySpan<byte> packet, bool isIPv4, byte protocol)
    {
        if (isIPv4)
        {
            uint ports = MemoryMarshal.Read<uint>(packet[InnerPacket.IPv4HeaderSize..]);
            return new FlowKey(MemoryMarshal.Read<ulong>(packet[12..]), 0, 0, 0, ports, 0x400 | protocol);
        }
        return new FlowKey(
            MemoryMarshal.Read<ulong>(packet[8..]),
            MemoryMarshal.Read<ulong>(packet[16..]),
            MemoryMarshal.Read<ulong>(packet[24..]),
            MemoryMarshal.Read<ulong>(packet[32..]),
            MemoryMarshal.Read<uint>(packet[InnerPacket.IPv6HeaderSize..]),
            0x600 | protocol);
    }
}
