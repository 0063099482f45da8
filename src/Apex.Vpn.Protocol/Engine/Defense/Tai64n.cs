using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>A TAI64N label: the timestamp of an initiation (WG 5.4.2). 12 bytes, ordered as they are; the default comes first.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly struct Tai64n : IComparable<Tai64n>, IEquatable<Tai64n>
{
    /// <summary>The size of a label in bytes.</summary>
    internal const int Size = 12;

    // 2^62 is 1970 in TAI64; TAI was 10 s ahead of UTC then. Leap seconds are left out, as by every WireGuard.
    private const ulong UnixEpoch = 0x4000_0000_0000_000a;

    // Nanoseconds are cut to about 16.8 ms (item 11), so that a stamp tells little about the sender's clock or what it was doing.
    private const uint WhiteningStep = 1 << 24;
    private const uint NanosecondsPerSecond = 1_000_000_000;

    private readonly ulong _seconds;
    private readonly uint _nanoseconds;

    private Tai64n(ulong seconds, uint nanoseconds)
    {
        _seconds = seconds;
        _nanoseconds = nanoseconds;
    }

    /// <summary>The whitened label of a wall clock reading.</summary>
    /// <param name="nanoseconds">Since 1970, UTC; not negative.</param>
    internal static Tai64n FromUnix(long nanoseconds)
    {
        (ulong seconds, ulong rest) = Math.DivRem((ulong)Math.Max(nanoseconds, 0), NanosecondsPerSecond);
        return new(UnixEpoch + seconds, (uint)rest & ~(WhiteningStep - 1));
    }

    /// <summary>Reads a label of any sender, who may not whiten; all values are allowed.</summary>
    internal static Tai64n Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt32BigEndian(source[sizeof(ulong)..]));

    /// <summary>Writes the label's 12 bytes.</summary>
    internal void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _seconds);
        BinaryPrimitives.WriteUInt32BigEndian(destination[sizeof(ulong)..], _nanoseconds);
    }

    /// <summary>The next whitened label.</summary>
    internal Tai64n Successor()
    {
        uint nanoseconds = (_nanoseconds & ~(WhiteningStep - 1)) + WhiteningStep;
        return nanoseconds < NanosecondsPerSecond ? new(_seconds, nanoseconds) : new(_seconds + 1, 0);
    }

    public int CompareTo(Tai64n other) =>
        _seconds != other._seconds ? _seconds.CompareTo(other._seconds) : _nanoseconds.CompareTo(other._nanoseconds);

    public bool Equals(Tai64n other) => CompareTo(other) == 0;

    public override bool Equals(object? obj) => obj is Tai64n other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_seconds, _nanoseconds);

    public override string ToString() => $"@{_seconds:x16}{_nanoseconds:x8}";

    public static bool operator ==(Tai64n left, Tai64n right) => left.Equals(right);

    public static bool operator !=(Tai64n left, Tai64n right) => !left.Equals(right);

    public static bool operator <(Tai64n left, Tai64n right) => left.CompareTo(right) < 0;

    public static bool operator >(Tai64n left, Tai64n right) => left.CompareTo(right) > 0;

    public static bool operator <=(Tai64n left, Tai64n right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Tai64n left, Tai64n right) => left.CompareTo(right) >= 0;
}
