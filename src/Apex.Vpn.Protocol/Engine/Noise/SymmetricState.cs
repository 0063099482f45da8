using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Engine.Noise;

/// <summary>
/// The running state of a Noise handshake (Noise 5.2): chaining key, transcript hash and the key of the moment, in memory of the caller's,
/// who erases it.
/// </summary>
internal readonly ref struct SymmetricState(Span<byte> storage, AeadProvider aead)
{
    internal const int Size = 3 * Blake2s.HashSize;

    private readonly Span<byte> _chainingKey = storage[..32];
    private readonly Span<byte> _hash = storage.Slice(32, 32);
    private readonly Span<byte> _key = storage.Slice(64, 32);
    private readonly AeadProvider _aead = aead;

    internal ReadOnlySpan<byte> Hash => _hash;

    /// <summary>Starts from a protocol's name and prologue.</summary>
    internal void Initialize(ReadOnlySpan<byte> protocolName, ReadOnlySpan<byte> prologue)
    {
        if (protocolName.Length <= Blake2s.HashSize)
        {
            _hash.Clear();
            protocolName.CopyTo(_hash);
        }
        else
        {
            Blake2s.Hash(protocolName, _hash);
        }
        _hash.CopyTo(_chainingKey);
        _key.Clear();
        MixHash(prologue);
    }

    /// <summary>Starts from values computed before.</summary>
    internal void Initialize(ReadOnlySpan<byte> chainingKey, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> mixed)
    {
        chainingKey.CopyTo(_chainingKey);
        hash.CopyTo(_hash);
        _key.Clear();
        if (!mixed.IsEmpty) MixHash(mixed);
    }

    internal void MixHash(ReadOnlySpan<byte> data) => Blake2s.Hash(_hash, data, _hash);

    /// <summary>Mixes input into the chaining key alone, where the key would be replaced before its first use.</summary>
    internal void MixChainingKey(ReadOnlySpan<byte> input) => Kdf.Derive1(_chainingKey, input, _chainingKey);

    internal void MixKey(ReadOnlySpan<byte> input) => Kdf.Derive2(_chainingKey, input, _chainingKey, _key);

    internal void MixKeyAndHash(ReadOnlySpan<byte> input)
    {
        Span<byte> mixed = stackalloc byte[Blake2s.HashSize];
        Kdf.Derive3(_chainingKey, input, _chainingKey, mixed, _key);
        MixHash(mixed);
        mixed.Clear();
    }

    /// <summary>Seals in place: plaintext followed by room for the tag.</summary>
    internal void EncryptAndHash(Span<byte> plaintextAndTag)
    {
        _aead.Seal(_key, 0, _hash, plaintextAndTag);
        MixHash(plaintextAndTag);
    }

    /// <summary>Opens a copy of the ciphertext; false when it is not authentic.</summary>
    internal bool TryDecryptAndHash(ReadOnlySpan<byte> ciphertextAndTag, Span<byte> scratch)
    {
        Span<byte> copy = scratch[..ciphertextAndTag.Length];
        ciphertextAndTag.CopyTo(copy);
        if (!_aead.TryOpen(_key, 0, _hash, copy)) return false;
        MixHash(ciphertextAndTag);
        return true;
    }

    /// <summary>Ends the handshake: the initiator's sending key and its receiving key.</summary>
    internal void Split(Span<byte> initiatorSends, Span<byte> initiatorReceives) =>
        Kdf.Derive2(_chainingKey, [], initiatorSends, initiatorReceives);
}
