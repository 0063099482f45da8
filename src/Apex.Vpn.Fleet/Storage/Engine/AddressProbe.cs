using System.Buffers.Binary;

namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>Which places of a pool a device tries: a sequence that follows from its id, so that no two queue for the same place.</summary>
internal static class AddressProbe
{
    /// <summary>
    /// How many places are tried blindly. In a pool that is filled by f, one in 1/(1-f) tries hits: at 0.8 sixteen tries fail 3 in 100
    /// times, and then what is free is looked for.
    /// </summary>
    internal const int Count = 16;

    /// <summary>How often what is free is looked for.</summary>
    internal const int MaxSearches = 64;

    internal static long At(Guid device, int attempt, long capacity)
    {
        Span<byte> bytes = stackalloc byte[16];
        device.TryWriteBytes(bytes);
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(bytes)
            ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])
            ^ ((ulong)attempt * 0x9E3779B97F4A7C15);
        // The finalizer of SplitMix64 (Steele, Lea, Flood 2014): ids need not be random in all their bits.
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        value ^= value >> 31;
        return (long)(value % (ulong)capacity);
    }
}
