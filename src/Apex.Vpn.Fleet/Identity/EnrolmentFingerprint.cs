using System.Buffers.Binary;
using System.Security.Cryptography;
using Apex.Vpn.Fleet.Accounts;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>
/// Stands for the keys of a node that wants to join, short enough to be read aloud: 80 bits as <c>7K2M-XQ9D-0VHE-5RTA</c>.
/// </summary>
/// <remarks>
/// The first 80 bits of a SHA-256 over the signing key and the delivery key. To pass for a given node somebody must find other keys with
/// the same 80 bits, 2^80 tries; two keys of one's own that agree take 2^40 and are of no use. A value; immutable.
/// </remarks>
public readonly struct EnrolmentFingerprint : IEquatable<EnrolmentFingerprint>
{
    /// <summary>The length of the text form in characters, 19.</summary>
    public const int TextLength = 19;

    private const int Symbols = 16;
    private readonly UInt128 _bits;

    private EnrolmentFingerprint(UInt128 bits) => _bits = bits;

    /// <summary>Computes the fingerprint of a node's keys.</summary>
    /// <param name="signingKey">The signing key, SubjectPublicKeyInfo.</param>
    /// <param name="deliveryKey">The delivery key.</param>
    public static EnrolmentFingerprint Of(ReadOnlySpan<byte> signingKey, Protocol.PublicKey deliveryKey)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes], delivery = stackalloc byte[Protocol.PublicKey.Size];
        deliveryKey.CopyTo(delivery);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData("Apex.Vpn enrolment keys"u8);
        sha.AppendData(delivery);
        sha.AppendData(signingKey);
        sha.GetHashAndReset(hash);
        return new EnrolmentFingerprint(BinaryPrimitives.ReadUInt128BigEndian(hash) >> 48);
    }

    /// <summary>
    /// Reads the text form: any case, hyphens and spaces where one likes, and what looks alike counts as alike (O 0, I L 1).
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="fingerprint">The fingerprint; default when the text is none.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out EnrolmentFingerprint fingerprint)
    {
        fingerprint = default;
        Span<byte> symbols = stackalloc byte[Symbols];
        if (Base32.Read(text, symbols) != Base32Result.Good) return false;
        UInt128 bits = 0;
        foreach (byte symbol in symbols) bits = (bits << 5) | symbol;
        fingerprint = new EnrolmentFingerprint(bits);
        return true;
    }

    /// <summary>The text form, in four groups of four.</summary>
    public override string ToString() => string.Create(TextLength, _bits, static (text, bits) =>
    {
        Span<byte> symbols = stackalloc byte[Symbols];
        for (int i = Symbols - 1; i >= 0; i--, bits >>= 5) symbols[i] = (byte)((uint)bits & 31);
        Base32.Write(symbols, text);
    });

    /// <inheritdoc/>
    public bool Equals(EnrolmentFingerprint other) => _bits == other._bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EnrolmentFingerprint other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _bits.GetHashCode();

    /// <summary>Equality by value.</summary>
    public static bool operator ==(EnrolmentFingerprint left, EnrolmentFingerprint right) => left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(EnrolmentFingerprint left, EnrolmentFingerprint right) => !left.Equals(right);
}
