using System.Buffers.Binary;
using System.Security.Cryptography;
using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory.Wire;

namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// The offline roots that a client is built with, and how many of them must certify an online key. Immutable; safe from any thread.
/// </summary>
public sealed class TrustRoots
{
    /// <summary>The most roots.</summary>
    public const int MaxKeys = DirectoryLimits.Roots;

    private readonly ulong[] _ids;

    /// <summary>One root, which certifies alone.</summary>
    /// <param name="key">Its public key.</param>
    public TrustRoots(SignaturePublicKey key)
        : this(1, key)
    {
    }

    /// <summary>Several roots.</summary>
    /// <param name="threshold">How many of them must have certified a key, 1 to the number of <paramref name="keys"/>.</param>
    /// <param name="keys">Their public keys, each once, 1 to <see cref="MaxKeys"/>.</param>
    /// <exception cref="ArgumentException">There are too few keys, too many, or one twice.</exception>
    public TrustRoots(int threshold, params IReadOnlyList<SignaturePublicKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count is 0 or > MaxKeys) throw new ArgumentException($"There are 1 to {MaxKeys} roots.", nameof(keys));
        if (threshold < 1 || threshold > keys.Count)
            throw new ArgumentException($"Of {keys.Count} roots, 1 to {keys.Count} can be asked for.", nameof(threshold));
        Threshold = threshold;
        Keys = [.. keys];
        _ids = [.. keys.Select(IdOf)];
        if (_ids.Distinct().Count() != _ids.Length) throw new ArgumentException("A root is there twice.", nameof(keys));
    }

    /// <summary>How many of the roots must have certified a key.</summary>
    public int Threshold { get; }

    /// <summary>The roots' public keys.</summary>
    public IReadOnlyList<SignaturePublicKey> Keys { get; }

    internal bool TryFind(ulong id, out SignaturePublicKey key)
    {
        int index = Array.IndexOf(_ids, id);
        key = index < 0 ? default : Keys[index];
        return index >= 0;
    }

    /// <summary>What a certificate names a root by: the first eight bytes of its key's SHA-256, as a little-endian number.</summary>
    internal static ulong IdOf(SignaturePublicKey key)
    {
        Span<byte> bytes = stackalloc byte[SignaturePublicKey.Size], hash = stackalloc byte[SHA256.HashSizeInBytes];
        key.CopyTo(bytes);
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
