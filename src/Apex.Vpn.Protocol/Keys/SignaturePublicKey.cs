using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol;

/// <summary>An Ed25519 public key (RFC 8032): what a signature is checked with. 32 bytes.</summary>
/// <remarks>
/// A value; immutable; safe from any thread. It names whoever runs a control plane and not a person, so <see cref="ToString"/> shows it.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct SignaturePublicKey : IEquatable<SignaturePublicKey>
{
    /// <summary>The size of a key in bytes.</summary>
    public const int Size = KeyText.KeySize;

    /// <summary>The size of a signature in bytes.</summary>
    public const int SignatureSize = Ed25519.SignatureSize;

    private readonly UInt128 _low, _high;

    /// <summary>
    /// A key from its bytes. Whether they are a point of the curve shows when a signature is checked: with one that is none, none is right.
    /// </summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public SignaturePublicKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"A public key has {Size} bytes.", nameof(bytes));
        this = MemoryMarshal.Read<SignaturePublicKey>(bytes);
    }

    /// <summary>Parses base64 (44 characters) or hex (64 characters).</summary>
    /// <param name="text">The text, without surrounding space.</param>
    /// <param name="key">The key; default when the text is neither.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out SignaturePublicKey key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool parsed = KeyText.TryParse(text, bytes);
        key = parsed ? new SignaturePublicKey(bytes) : default;
        return parsed;
    }

    /// <summary>Parses base64 (44 characters) or hex (64 characters).</summary>
    /// <param name="text">The text, without surrounding space.</param>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static SignaturePublicKey Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out SignaturePublicKey key)
            ? key
            : throw new FormatException("Not a key: expected 44 characters of base64 or 64 of hex.");

    /// <summary>Whether the key's owner signed a message. Takes about 0.1 ms and does not throw.</summary>
    /// <param name="message">The message.</param>
    /// <param name="signature">The signature; one of another length than <see cref="SignatureSize"/> is not right.</param>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Ed25519.Verify(AsSpan(in this), message, signature);

    /// <summary>The key's bytes.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void CopyTo(Span<byte> destination) => AsSpan(in this).CopyTo(destination);

    /// <inheritdoc/>
    public bool Equals(SignaturePublicKey other) => _low == other._low && _high == other._high;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SignaturePublicKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_low, _high);

    /// <summary>The key as base64, 44 characters.</summary>
    public override string ToString() =>
        string.Create(KeyText.Base64Length, this, static (text, key) => KeyText.WriteBase64(AsSpan(in key), text));

    /// <summary>Equality by value.</summary>
    public static bool operator ==(SignaturePublicKey left, SignaturePublicKey right) => left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(SignaturePublicKey left, SignaturePublicKey right) => !left.Equals(right);

    private static ReadOnlySpan<byte> AsSpan(in SignaturePublicKey key) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<SignaturePublicKey, byte>(ref Unsafe.AsRef(in key)), Size);
}
