using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol;

/// <summary>A Curve25519 public key: what a peer is known by. 32 bytes.</summary>
/// <remarks>
/// A value; immutable; safe from any thread. <see cref="ToString"/> does not show it, because a public key names a person's device and so
/// does not belong in a log; <see cref="ToBase64"/> and <see cref="ToHex"/> do.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct PublicKey : IEquatable<PublicKey>
{
    /// <summary>The size of a key in bytes.</summary>
    public const int Size = KeyText.KeySize;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>A key from its bytes.</summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes; all values are allowed.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public PublicKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"A public key has {Size} bytes.", nameof(bytes));
        this = MemoryMarshal.Read<PublicKey>(bytes);
    }

    /// <summary>Whether all bytes are zero: no key.</summary>
    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>Parses base64 (44 characters) or hex (64 characters).</summary>
    /// <param name="text">The text, without surrounding space.</param>
    /// <param name="key">The key; default when the text is neither.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool parsed = KeyText.TryParse(text, bytes);
        key = parsed ? new PublicKey(bytes) : default;
        return parsed;
    }

    /// <summary>Parses base64 (44 characters) or hex (64 characters).</summary>
    /// <param name="text">The text, without surrounding space.</param>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static PublicKey Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out PublicKey key) ? key : throw new FormatException("Not a key: expected 44 characters of base64 or 64 of hex.");

    /// <summary>The key's bytes.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void CopyTo(Span<byte> destination) => AsSpan(in this).CopyTo(destination);

    /// <summary>The key as <c>wg</c> writes it: base64, 44 characters.</summary>
    public string ToBase64() => string.Create(KeyText.Base64Length, this, static (text, key) => KeyText.WriteBase64(AsSpan(in key), text));

    /// <summary>The key as the cross-platform interface writes it: lower-case hex, 64 characters.</summary>
    public string ToHex() => string.Create(KeyText.HexLength, this, static (text, key) => KeyText.WriteHex(AsSpan(in key), text));

    /// <summary>Equality, in time that does not depend on the values.</summary>
    /// <param name="other">The other key.</param>
    public bool Equals(PublicKey other) => ((_a ^ other._a) | (_b ^ other._b) | (_c ^ other._c) | (_d ^ other._d)) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PublicKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d);

    /// <summary>A fixed text that does not show the key.</summary>
    public override string ToString() => "PublicKey(hidden)";

    /// <summary>The bytes of a key in place.</summary>
    internal static ReadOnlySpan<byte> AsSpan(in PublicKey key) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<PublicKey, byte>(ref Unsafe.AsRef(in key)), Size);

    /// <summary>Equality by value.</summary>
    public static bool operator ==(PublicKey left, PublicKey right) => left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(PublicKey left, PublicKey right) => !left.Equals(right);
}
