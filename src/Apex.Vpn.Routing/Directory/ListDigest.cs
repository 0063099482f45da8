using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// The SHA-256 of a list's signed bytes: which list it is, said without its version. A value; immutable; safe from any thread.
/// </summary>
public readonly record struct ListDigest
{
    /// <summary>The size of a digest in bytes.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    /// <summary>A digest from its bytes.</summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public ListDigest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"A digest has {Size} bytes.", nameof(bytes));
        _high = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt128BigEndian(bytes[(Size / 2)..]);
    }

    /// <summary>Whether this is no digest: the default value.</summary>
    public bool IsNone => _high == 0 && _low == 0;

    /// <summary>Parses 64 characters of hex.</summary>
    /// <param name="text">The text.</param>
    /// <param name="digest">The digest; default when the text is none.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out ListDigest digest)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool parsed = text.Length == 2 * Size && Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done;
        digest = parsed ? new ListDigest(bytes) : default;
        return parsed;
    }

    /// <summary>The digest's bytes.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt128BigEndian(destination[(Size / 2)..], _low);
    }

    /// <summary>The digest as lower-case hex, 64 characters.</summary>
    public override string ToString() => $"{_high:x32}{_low:x32}";

    internal static ListDigest Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(bytes, hash);
        return new ListDigest(hash);
    }
}
