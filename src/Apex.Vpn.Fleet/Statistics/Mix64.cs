using System.Buffers.Binary;

namespace Apex.Vpn.Fleet.Statistics;

/// <summary>
/// Numbers that look random and are the same every time: the finalizer of SplitMix64 (Steele, Lea and Flood, 2014). For spreading work,
/// not for secrets.
/// </summary>
internal static class Mix64
{
    internal static ulong Of(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    internal static ulong Of(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return Of(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ Of(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])));
    }

    /// <summary>As a share, 0 to below 1.</summary>
    internal static double ToUnit(ulong mixed) => (mixed >> 11) * (1.0 / (1UL << 53));
}
