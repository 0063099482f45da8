using System.Buffers.Binary;

namespace Apex.Vpn.Protocol.Crypto;

/// <summary>
/// ChaCha20-Poly1305 (RFC 8439) in place, as WireGuard uses it: the nonce is four zero bytes and the counter, little-endian (WG 5.4.6).
/// Providers hold no state between calls and serve many threads at once; they allocate nothing.
/// </summary>
/// <remarks>Lengths that do not fit are the caller's mistake and throw; but what is to be opened and too short for a tag is not authentic.</remarks>
internal abstract class AeadProvider
{
    internal const int KeySize = 32;
    internal const int NonceSize = 12;
    internal const int TagSize = 16;

    /// <summary>What the provider is called in diagnostics.</summary>
    internal abstract string Name { get; }

    /// <summary>Encrypts in place.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="counter">The counter; never twice with one key.</param>
    /// <param name="associatedData">What is authenticated but not encrypted; empty for data packets. May not overlap the buffer.</param>
    /// <param name="buffer">The plaintext and 16 bytes of room for the tag.</param>
    internal void Seal(ReadOnlySpan<byte> key, ulong counter, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, counter);
        SealWithNonce(key, nonce, associatedData, buffer);
    }

    /// <summary>Decrypts in place if the tag is right. If not, false, and the buffer holds no plaintext.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="counter">The counter that the message was sealed with.</param>
    /// <param name="associatedData">What it was sealed with. May not overlap the buffer.</param>
    /// <param name="buffer">The ciphertext and its tag.</param>
    internal bool TryOpen(ReadOnlySpan<byte> key, ulong counter, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, counter);
        return TryOpenWithNonce(key, nonce, associatedData, buffer);
    }

    /// <summary>As <see cref="Seal(ReadOnlySpan{byte}, ulong, ReadOnlySpan{byte}, Span{byte})"/>, with any nonce.</summary>
    internal void SealWithNonce(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize, nameof(key));
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceSize, nameof(nonce));
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer.Length, TagSize, nameof(buffer));
        SealCore(key, nonce, associatedData, buffer);
    }

    /// <summary>As <see cref="TryOpen(ReadOnlySpan{byte}, ulong, ReadOnlySpan{byte}, Span{byte})"/>, with any nonce.</summary>
    internal bool TryOpenWithNonce(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize, nameof(key));
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceSize, nameof(nonce));
        return buffer.Length >= TagSize && TryOpenCore(key, nonce, associatedData, buffer);
    }

    /// <summary>Seals every segment of a slab under one key, without associated data.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="slab">What the segments lie in; bytes outside of them stay as they are.</param>
    /// <param name="segments">The messages; they may not overlap. Each has room for its tag.</param>
    internal virtual void Seal(ReadOnlySpan<byte> key, Span<byte> slab, ReadOnlySpan<AeadSegment> segments)
    {
        foreach (ref readonly AeadSegment segment in segments)
        {
            Seal(key, segment.Counter, default, slab.Slice(segment.Offset, segment.Length));
        }
    }

    /// <summary>Opens every segment of a slab under one key, without associated data, and says in each whether it was authentic.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="slab">What the segments lie in; bytes outside of them stay as they are.</param>
    /// <param name="segments">The messages; they may not overlap.</param>
    /// <returns>How many were authentic.</returns>
    internal virtual int Open(ReadOnlySpan<byte> key, Span<byte> slab, Span<AeadSegment> segments)
    {
        int authentic = 0;
        foreach (ref AeadSegment segment in segments)
        {
            segment.Authentic = TryOpen(key, segment.Counter, default, slab.Slice(segment.Offset, segment.Length));
            if (segment.Authentic) authentic++;
        }
        return authentic;
    }

    /// <summary>Seals; the lengths have been checked.</summary>
    protected abstract void SealCore(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer);

    /// <summary>Opens; the lengths have been checked.</summary>
    protected abstract bool TryOpenCore(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer);

    private static void WriteNonce(Span<byte> nonce, ulong counter)
    {
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], counter);
    }
}
