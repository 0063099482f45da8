using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Apex.Vpn.Protocol.Engine.Inner;

/// <summary>The checksum of IP, ICMP, TCP and UDP (RFC 1071).</summary>
internal static class InternetChecksum
{
    /// <summary>The one's complement sum of big-endian words, to be carried on or finished.</summary>
    /// <param name="bytes">An odd last byte counts as if a zero followed it, so only the last piece may have an odd length.</param>
    /// <param name="initial">The sum of the pieces before.</param>
    internal static ushort Sum(ReadOnlySpan<byte> bytes, ushort initial = 0)
    {
        // The sum depends neither on byte order, but for a swap at the end, nor on the width of words, but for folding (RFC 1071, 2).
        ulong sum = 0;
        if (bytes.Length >= Vector256<byte>.Count) sum = SumVectors(ref bytes);
        while (bytes.Length >= sizeof(ulong))
        {
            ulong words = MemoryMarshal.Read<ulong>(bytes);
            sum += (uint)words + (words >> 32);
            bytes = bytes[sizeof(ulong)..];
        }
        if (bytes.Length >= sizeof(uint))
        {
            sum += MemoryMarshal.Read<uint>(bytes);
            bytes = bytes[sizeof(uint)..];
        }
        if (bytes.Length >= sizeof(ushort))
        {
            sum += MemoryMarshal.Read<ushort>(bytes);
            bytes = bytes[sizeof(ushort)..];
        }
        if (!bytes.IsEmpty) sum += BitConverter.IsLittleEndian ? bytes[0] : (uint)bytes[0] << 8;
        ushort folded = Fold(sum);
        return Fold((ulong)initial + (BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(folded) : folded));
    }

    /// <summary>The checksum field for a sum.</summary>
    internal static ushort Finish(ushort sum) => (ushort)~sum;

    /// <summary>Adapts a checksum field to a change of one word that it covers (RFC 1624).</summary>
    internal static void Update(Span<byte> field, ushort before, ushort after)
    {
        ushort sum = (ushort)~BinaryPrimitives.ReadUInt16BigEndian(field);
        BinaryPrimitives.WriteUInt16BigEndian(field, Finish(Fold((ulong)sum + (ushort)~before + after)));
    }

    /// <summary>A sum of sums as one.</summary>
    internal static ushort Fold(ulong sum)
    {
        sum = (sum >> 32) + (uint)sum;
        sum = (sum >> 32) + (uint)sum;
        sum = (sum >> 16) + (ushort)sum;
        sum = (sum >> 16) + (ushort)sum;
        return (ushort)((sum >> 16) + (ushort)sum);
    }

    // Sums the words of 32 bits in lanes of 64, which no length of a packet can overflow, and leaves what does not fill a vector.
    private static ulong SumVectors(ref ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        ref byte start = ref MemoryMarshal.GetReference(bytes);
        nuint at = 0, length = (nuint)bytes.Length;
        if (Vector512.IsHardwareAccelerated && length >= 2 * (nuint)Vector512<byte>.Count)
        {
            Vector512<ulong> low = default, high = default;
            for (; length - at >= (nuint)Vector512<byte>.Count; at += (nuint)Vector512<byte>.Count)
            {
                Vector512<ulong> words = Vector512.LoadUnsafe(ref start, at).AsUInt64();
                low += words & Vector512.Create((ulong)uint.MaxValue);
                high += words >>> 32;
            }
            sum = Vector512.Sum(low) + Vector512.Sum(high);
        }
        Vector256<ulong> even = default, odd = default;
        for (; length - at >= (nuint)Vector256<byte>.Count; at += (nuint)Vector256<byte>.Count)
        {
            Vector256<ulong> words = Vector256.LoadUnsafe(ref start, at).AsUInt64();
            even += words & Vector256.Create((ulong)uint.MaxValue);
            odd += words >>> 32;
        }
        bytes = bytes[(int)at..];
        return sum + Vector256.Sum(even) + Vector256.Sum(odd);
    }
}
