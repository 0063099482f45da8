namespace Apex.Vpn.Protocol.Notices;

/// <summary>Believes what one of some given Ed25519 keys signed: those that the application's signed list certifies. Immutable.</summary>
public sealed class Ed25519NoticeVerifier : INoticeVerifier
{
    private readonly SignaturePublicKey[] _keys;

    /// <summary>Trusts keys.</summary>
    /// <param name="publicKeys">At least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Ed25519NoticeVerifier(params IReadOnlyList<SignaturePublicKey> publicKeys)
    {
        ArgumentNullException.ThrowIfNull(publicKeys);
        if (publicKeys.Count == 0) throw new ArgumentException("A verifier needs a key.", nameof(publicKeys));
        _keys = [.. publicKeys];
    }

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        foreach (SignaturePublicKey key in _keys)
        {
            if (key.Verify(message, signature)) return true;
        }
        return false;
    }
}
