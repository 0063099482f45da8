using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Engine.Noise;

/// <summary>
/// The message pattern IKpsk2 (Noise 7.5, 9): token by token, without the framing that WireGuard puts around it. Every method that returns
/// false leaves the state unusable; the caller erases it.
/// </summary>
internal static class NoiseIkPsk2
{
    /// <summary>Writes message 1: <c>e, es, s, ss</c> and a payload.</summary>
    /// <param name="state">Initialised, the responder's static key mixed in.</param>
    /// <param name="ephemeral">The initiator's fresh private key.</param>
    /// <param name="localStatic">The initiator's static public key.</param>
    /// <param name="remoteStatic">The responder's static public key.</param>
    /// <param name="staticStatic">The agreement of both static keys.</param>
    /// <param name="ephemeralPublic">Takes the ephemeral public key.</param>
    /// <param name="sealedStatic">Takes the sealed static key: 48 bytes.</param>
    /// <param name="sealedPayload">Holds the payload and takes it sealed: 16 bytes longer than the payload.</param>
    internal static bool WriteInitiation(
        SymmetricState state,
        ReadOnlySpan<byte> ephemeral,
        ReadOnlySpan<byte> localStatic,
        ReadOnlySpan<byte> remoteStatic,
        ReadOnlySpan<byte> staticStatic,
        Span<byte> ephemeralPublic,
        Span<byte> sealedStatic,
        Span<byte> sealedPayload)
    {
        X25519.DerivePublicKey(ephemeral, ephemeralPublic);
        MixEphemeral(state, ephemeralPublic);
        if (!MixAgreement(state, ephemeral, remoteStatic)) return false;
        localStatic.CopyTo(sealedStatic);
        state.EncryptAndHash(sealedStatic);
        state.MixKey(staticStatic);
        state.EncryptAndHash(sealedPayload);
        return true;
    }

    /// <summary>Reads message 1 up to the initiator's static key: <c>e, es, s</c>.</summary>
    internal static NoiseVerdict ReadInitiatorStatic(
        SymmetricState state,
        ReadOnlySpan<byte> localPrivate,
        ReadOnlySpan<byte> ephemeralPublic,
        ReadOnlySpan<byte> sealedStatic,
        Span<byte> remoteStatic)
    {
        MixEphemeral(state, ephemeralPublic);
        if (!MixAgreement(state, localPrivate, ephemeralPublic)) return NoiseVerdict.LowOrderKey;
        Span<byte> opened = stackalloc byte[48];
        if (!state.TryDecryptAndHash(sealedStatic, opened)) return NoiseVerdict.Unauthentic;
        opened[..32].CopyTo(remoteStatic);
        return NoiseVerdict.Good;
    }

    /// <summary>Reads the rest of message 1: <c>ss</c> and the payload. Only now is the initiator proven.</summary>
    internal static NoiseVerdict ReadInitiationPayload(
        SymmetricState state, ReadOnlySpan<byte> staticStatic, ReadOnlySpan<byte> sealedPayload, Span<byte> scratch)
    {
        state.MixKey(staticStatic);
        return state.TryDecryptAndHash(sealedPayload, scratch) ? NoiseVerdict.Good : NoiseVerdict.Unauthentic;
    }

    /// <summary>Writes message 2: <c>e, ee, se, psk</c> and a payload.</summary>
    internal static bool WriteResponse(
        SymmetricState state,
        ReadOnlySpan<byte> ephemeral,
        ReadOnlySpan<byte> remoteEphemeral,
        ReadOnlySpan<byte> remoteStatic,
        ReadOnlySpan<byte> presharedKey,
        Span<byte> ephemeralPublic,
        Span<byte> sealedPayload)
    {
        X25519.DerivePublicKey(ephemeral, ephemeralPublic);
        MixEphemeral(state, ephemeralPublic);
        if (!MixAgreement(state, ephemeral, remoteEphemeral) || !MixAgreement(state, ephemeral, remoteStatic)) return false;
        state.MixKeyAndHash(presharedKey);
        state.EncryptAndHash(sealedPayload);
        return true;
    }

    /// <summary>Reads message 2.</summary>
    internal static NoiseVerdict ReadResponse(
        SymmetricState state,
        ReadOnlySpan<byte> ephemeral,
        ReadOnlySpan<byte> localPrivate,
        ReadOnlySpan<byte> presharedKey,
        ReadOnlySpan<byte> remoteEphemeral,
        ReadOnlySpan<byte> sealedPayload,
        Span<byte> scratch)
    {
        MixEphemeral(state, remoteEphemeral);
        if (!MixAgreement(state, ephemeral, remoteEphemeral) || !MixAgreement(state, localPrivate, remoteEphemeral))
            return NoiseVerdict.LowOrderKey;
        state.MixKeyAndHash(presharedKey);
        return state.TryDecryptAndHash(sealedPayload, scratch) ? NoiseVerdict.Good : NoiseVerdict.Unauthentic;
    }

    // With a psk modifier the token "e" also feeds the chaining key (Noise 9.2).
    private static void MixEphemeral(SymmetricState state, ReadOnlySpan<byte> ephemeralPublic)
    {
        state.MixHash(ephemeralPublic);
        state.MixChainingKey(ephemeralPublic);
    }

    private static bool MixAgreement(SymmetricState state, ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey)
    {
        Span<byte> shared = stackalloc byte[X25519.KeySize];
        bool agreed = X25519.TryAgree(privateKey, publicKey, shared);
        if (agreed) state.MixKey(shared);
        CryptographicOperations.ZeroMemory(shared);
        return agreed;
    }
}
