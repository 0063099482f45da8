using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Engine.Noise;

/// <summary>Where every WireGuard handshake starts (WG 5.4): the hashes of the construction's name and of the identifier.</summary>
internal static class Transcript
{
    private static readonly byte[] Start = Compute();

    internal static ReadOnlySpan<byte> ChainingKey => Start.AsSpan(0, Blake2s.HashSize);

    internal static ReadOnlySpan<byte> Hash => Start.AsSpan(Blake2s.HashSize, Blake2s.HashSize);

    private static byte[] Compute()
    {
        byte[] storage = new byte[SymmetricState.Size];
        new SymmetricState(storage, aead: null!).Initialize("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"u8, "WireGuard v1 zx2c4 Jason@zx2c4.com"u8);
        return storage;
    }
}
