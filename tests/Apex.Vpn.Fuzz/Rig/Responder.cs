using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Fuzz.Rig;

/// <summary>Has the victim begin handshakes with the insider, and answers each many times: rightly, or nearly so.</summary>
internal sealed class Responder : IDisposable
{
    private readonly Scene _scene;
    private readonly AeadProvider _aead = AeadProviders.Select(AeadChoice.Libsodium);
    private readonly DeviceIdentity _identity;
    private readonly byte[] _staticStatic = new byte[X25519.KeySize];
    private readonly byte[] _state = new byte[SymmetricState.Size];
    private readonly byte[] _ephemeral = new byte[SecretKey.Size];
    private readonly byte[] _ephemeralPublic = new byte[PublicKey.Size];
    private readonly byte[] _ephemeralEphemeral = new byte[X25519.KeySize];
    private readonly byte[] _ephemeralStatic = new byte[X25519.KeySize];
    private uint _remoteIndex;

    internal Responder(Scene scene)
    {
        _scene = scene;
        _identity = new DeviceIdentity(scene.Insider.PrivateKey.Bytes);
        PublicKey victim = scene.Victim.PublicKey;
        X25519.TryAgree(scene.Insider.PrivateKey.Bytes, PublicKey.AsSpan(in victim), _staticStatic);
    }

    /// <summary>The preshared key that the victim has for the insider.</summary>
    internal byte[] PresharedKey { get; } = new byte[SecretKey.Size];

    /// <summary>Whether there is an initiation to answer.</summary>
    internal bool HasInitiation { get; private set; }

    /// <summary>Makes the victim send another initiation.</summary>
    internal void Provoke()
    {
        HasInitiation = false;
        if (_scene.Victim.Find(_scene.Insider.PublicKey) is not { } peer) return;
        peer.Active.LastHandshakeSent = Instant.Never;
        _scene.Victim.Engine.Context.Attention.Raise(peer, Attention.Handshake);
    }

    /// <summary>Takes an initiation of the victim's.</summary>
    internal void Take(byte[] bytes)
    {
        if (bytes.Length != InitiationMessage.Size) return;
        var message = new InitiationMessage(bytes);
        var state = new SymmetricState(_state, _aead);
        state.Initialize(Transcript.ChainingKey, _identity.ResponderHash, mixed: []);
        Span<byte> key = stackalloc byte[PublicKey.Size], payload = stackalloc byte[InitiationMessage.PayloadSize + TransportMessage.TagSize];
        HasInitiation =
            NoiseIkPsk2.ReadInitiatorStatic(state, _identity.PrivateKey, message.Ephemeral, message.Static, key) == NoiseVerdict.Good
            && NoiseIkPsk2.ReadInitiationPayload(state, _staticStatic, message.Timestamp, payload) == NoiseVerdict.Good;
        _remoteIndex = message.Sender;
        PublicKey victim = _scene.Victim.PublicKey;
        _scene.Dice.Fill(_ephemeral);
        X25519.DerivePublicKey(_ephemeral, _ephemeralPublic);
        X25519.TryAgree(_ephemeral, message.Ephemeral, _ephemeralEphemeral);
        X25519.TryAgree(_ephemeral, PublicKey.AsSpan(in victim), _ephemeralStatic);
    }

    /// <summary>Writes a right response to the initiation taken last, but for its macs.</summary>
    internal void WriteResponse(Span<byte> bytes)
    {
        var message = new ResponseMessage(bytes);
        message.WriteType();
        message.Sender = (uint)_scene.Dice.Next();
        message.Receiver = _remoteIndex;
        _ephemeralPublic.CopyTo(message.Ephemeral);
        Span<byte> storage = stackalloc byte[SymmetricState.Size];
        _state.CopyTo(storage);
        var state = new SymmetricState(storage, _aead);
        state.MixHash(message.Ephemeral);
        state.MixChainingKey(message.Ephemeral);
        state.MixKey(_ephemeralEphemeral);
        state.MixKey(_ephemeralStatic);
        state.MixKeyAndHash(PresharedKey);
        state.EncryptAndHash(message.Empty);
    }

    public void Dispose() => _identity.Dispose();
}
