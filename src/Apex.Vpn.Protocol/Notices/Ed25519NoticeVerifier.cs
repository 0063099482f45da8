using NSec.Cryptography;
using Ed25519Key = NSec.Cryptography.PublicKey;

namespace Apex.Vpn.Protocol.Notices;

/// <summary>Believes what one of some given Ed25519 keys signed: those that the application's signed list certifies. Immutable.</summary>
public sealed class Ed25519NoticeVerifier : INoticeVerifier
{
    /// <summary>The size of a public key in bytes.</summary>
    public const int PublicKeySize = 32;

    private readonly Ed25519Key[] _keys;

    /// <summary>Trusts keys.</summary>
    /// <param name="publicKeys">Ed25519 public keys of <see cref="PublicKeySize"/> bytes (RFC 8032).</param>
    /// <exception cref="ArgumentException">There is none, or one is no such key.</exception>
    public Ed25519NoticeVerifier(params IReadOnlyList<byte[]> publicKeys)
    {
        ArgumentNullException.ThrowIfNull(publicKeys);
        if (publicKeys.Count == 0) throw new ArgumentException("A verifier needs a key.", nameof(publicKeys));
        _keys = new Ed25519Key[publicKeys.Count];
        for (int i = 0; i < _keys.Length; i++)
        {
            bool imported = Ed25519Key.TryImport(SignatureAlgorithm.Ed25519, publicKeys[i], KeyBlobFormat.RawPublicKey, out Ed25519Key? key);
            _keys[i] = imported && key is not null ? key : throw new ArgumentException("Not an Ed25519 public key.", nameof(publicKeys));
        }
    }

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        foreach (Ed25519Key key in _keys)
        {
            if (SignatureAlgorithm.Ed25519.Verify(key, message, signature)) return true;
        }
        return false;
    }
}
