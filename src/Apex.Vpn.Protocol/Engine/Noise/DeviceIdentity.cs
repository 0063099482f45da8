using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine.Defense;

namespace Apex.Vpn.Protocol.Engine.Noise;

/// <summary>
/// A static key that this device answers for, with what hangs on it: the transcript's start and the cookie keys. Owned by the control
/// worker. An initiation means the identity whose key its mac1 fits.
/// </summary>
internal sealed class DeviceIdentity : IDisposable
{
    private readonly PrivateKey _privateKey;
    private readonly byte[] _hash = new byte[Blake2s.HashSize];

    internal DeviceIdentity(ReadOnlySpan<byte> privateKey)
    {
        _privateKey = new PrivateKey(privateKey);
        PublicKey = _privateKey.DerivePublicKey();
        Cookies = new CookieChecker(PublicKey);
        PublicKey publicKey = PublicKey;
        Blake2s.Hash(Transcript.Hash, PublicKey.AsSpan(in publicKey), _hash);
    }

    internal PublicKey PublicKey { get; }

    internal ReadOnlySpan<byte> PrivateKey => _privateKey.Bytes;

    /// <summary>The transcript hash after this identity's key, where a handshake with it as responder starts.</summary>
    internal ReadOnlySpan<byte> ResponderHash => _hash;

    internal CookieChecker Cookies { get; }

    /// <summary>Whether the private key is gone: no handshake begins or ends with this identity any more.</summary>
    internal bool IsRetired { get; private set; }

    public void Dispose()
    {
        IsRetired = true;
        _privateKey.Dispose();
        Cookies.Dispose();
    }
}
