using System.Buffers.Binary;
using System.Runtime.InteropServices;

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
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes)) sum = AddWithCarry(sum, word);
        ReadOnlySpan<byte> rest = bytes[(bytes.Length & ~(sizeof(ulong) - 1))..];
        if (!rest.IsEmpty)
        {
            Span<byte> last = stackalloc byte[sizeof(ulong)];
            last.Clear();
            rest.CopyTo(last);
            sum = AddWithCarry(sum, MemoryMarshal.Read<ulong>(last));
        }
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

    private static ulong AddWithCarry(ulong sum, ulong word)
    {
        sum += word;
        return sum < word ? sum + 1 : sum;
    }

    private static ushort Fold(ulong sum)
    {
        while (sum > ushort.MaxValue) sum = (sum >> 16) + (ushort)sum;
        return (ushort)sum;
    }
}
