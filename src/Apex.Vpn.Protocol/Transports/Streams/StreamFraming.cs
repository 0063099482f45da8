using System.Buffers;
using System.Buffers.Binary;

namespace Apex.Vpn.Protocol.Transports.Streams;

/// <summary>Datagrams in a stream: each after its length, two bytes, most significant first. A length of 0 is not allowed.</summary>
internal static class StreamFraming
{
    internal const int HeaderBytes = 2;

    internal enum Verdict
    {
        /// <summary>More bytes are needed.</summary>
        Incomplete,

        /// <summary>A datagram was found.</summary>
        Complete,

        /// <summary>The length is not allowed: the two sides no longer agree where datagrams begin, and never will again.</summary>
        Malformed,
    }

    /// <summary>Takes the first datagram out of what has been received.</summary>
    /// <param name="received">Shortened by what was taken.</param>
    /// <param name="maxDatagram">The greatest length allowed.</param>
    /// <param name="length">The length that was read; 0 when there was none.</param>
    /// <param name="datagram">The datagram, when complete.</param>
    internal static Verdict TryTake(
        ref ReadOnlySequence<byte> received, int maxDatagram, out int length, out ReadOnlySequence<byte> datagram)
    {
        datagram = default;
        length = 0;
        if (received.Length < HeaderBytes) return Verdict.Incomplete;
        Span<byte> header = stackalloc byte[HeaderBytes];
        received.Slice(0, HeaderBytes).CopyTo(header);
        length = BinaryPrimitives.ReadUInt16BigEndian(header);
        if (length == 0 || length > maxDatagram) return Verdict.Malformed;
        if (received.Length < HeaderBytes + length) return Verdict.Incomplete;
        datagram = received.Slice(HeaderBytes, length);
        received = received.Slice(HeaderBytes + length);
        return Verdict.Complete;
    }

    /// <summary>Appends a datagram with its length.</summary>
    internal static void Write(IBufferWriter<byte> writer, ReadOnlySpan<byte> datagram)
    {
        Span<byte> frame = writer.GetSpan(HeaderBytes + datagram.Length);
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)datagram.Length);
        datagram.CopyTo(frame[HeaderBytes..]);
        writer.Advance(HeaderBytes + datagram.Length);
    }
}
