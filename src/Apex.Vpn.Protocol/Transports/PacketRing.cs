using System.Diagnostics;

namespace Apex.Vpn.Protocol.Transports;

/// <summary>A bounded queue of packets, each with a tag, in memory that is allocated once.</summary>
/// <remarks>Not thread-safe: the owner has a lock anyway.</remarks>
internal sealed class PacketRing<TTag>(int packets, int bytes)
    where TTag : struct
{
    private readonly Entry[] _entries = new Entry[packets];
    private readonly byte[] _bytes = new byte[bytes];
    private int _firstEntry;
    private int _firstByte;
    private int _usedBytes;

    internal int Count { get; private set; }

    /// <summary>The length of the packet that is next.</summary>
    internal int NextLength
    {
        get
        {
            Debug.Assert(Count > 0);
            return _entries[_firstEntry].Length;
        }
    }

    /// <summary>Copies a packet in; false when there is no room.</summary>
    internal bool TryAdd(ReadOnlySpan<byte> packet, in TTag tag)
    {
        if (Count == _entries.Length || packet.Length > _bytes.Length - _usedBytes) return false;
        _entries[Wrap(_firstEntry + Count, _entries.Length)] = new Entry(packet.Length, tag);
        int start = Wrap(_firstByte + _usedBytes, _bytes.Length);
        int head = Math.Min(packet.Length, _bytes.Length - start);
        packet[..head].CopyTo(_bytes.AsSpan(start));
        packet[head..].CopyTo(_bytes);
        _usedBytes += packet.Length;
        Count++;
        return true;
    }

    /// <summary>Takes the next packet out.</summary>
    /// <param name="destination">At least <see cref="NextLength"/> bytes.</param>
    /// <param name="tag">What was added with it.</param>
    /// <returns>Its length.</returns>
    internal int Take(Span<byte> destination, out TTag tag)
    {
        (int length, tag) = _entries[_firstEntry];
        int head = Math.Min(length, _bytes.Length - _firstByte);
        _bytes.AsSpan(_firstByte, head).CopyTo(destination);
        _bytes.AsSpan(0, length - head).CopyTo(destination[head..]);
        Drop();
        return length;
    }

    /// <summary>Removes the next packet.</summary>
    internal void Drop()
    {
        int length = NextLength;
        _firstEntry = Wrap(_firstEntry + 1, _entries.Length);
        _firstByte = Wrap(_firstByte + length, _bytes.Length);
        _usedBytes -= length;
        Count--;
    }

    private static int Wrap(int index, int length) => index >= length ? index - length : index;

    private readonly record struct Entry(int Length, TTag Tag);
}
