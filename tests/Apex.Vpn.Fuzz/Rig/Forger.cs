using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;

namespace Apex.Vpn.Fuzz.Rig;

/// <summary>
/// Writes initiations to the victim token by token, so that each can be right or wrong. Ephemeral keys come from a small set whose
/// agreements are known: Diffie-Hellman is the victim's cost, not the fuzzer's.
/// </summary>
internal sealed class Forger
{
    private const int EphemeralKeys = 16;
    private const int StrangerKeys = 8;

    private readonly Scene _scene;
    private readonly AeadProvider _aead = AeadProviders.Select(AeadChoice.Libsodium);
    private readonly List<(byte[] Public, byte[] Agreement)> _ephemerals = [];
    private readonly List<(byte[] Public, byte[] Agreement)> _strangers = [];
    private readonly (byte[] Public, byte[] Agreement) _insider;
    private readonly (byte[] Public, byte[] Agreement) _victim;
    private long _stamps;

    internal Forger(Scene scene)
    {
        _scene = scene;
        for (int i = 0; i < EphemeralKeys; i++) _ephemerals.Add(RandomKey());
        for (int i = 0; i < StrangerKeys; i++) _strangers.Add(RandomKey());
        _insider = KeyAndAgreement(scene.Insider.PrivateKey.Bytes);
        _victim = KeyAndAgreement(scene.Victim.PrivateKey.Bytes);
    }

    /// <summary>Writes an initiation, but for its macs.</summary>
    internal void WriteInitiation(Span<byte> bytes)
    {
        var dice = _scene.Dice;
        var message = new InitiationMessage(bytes);
        message.WriteType();
        message.Sender = dice.OneIn(8) ? (uint)dice.Edge() : (uint)dice.Next();
        (byte[] ephemeral, byte[] agreement) = dice.Of<(byte[], byte[])>(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ephemerals));
        ephemeral.CopyTo(message.Ephemeral);
        if (dice.OneIn(24)) WriteLowOrder(message.Ephemeral);
        (byte[] identity, byte[] staticStatic) = Identity();

        Span<byte> storage = stackalloc byte[SymmetricState.Size];
        var state = new SymmetricState(storage, _aead);
        PublicKey victim = _scene.Victim.PublicKey;
        state.Initialize(Transcript.ChainingKey, Transcript.Hash, PublicKey.AsSpan(in victim));
        state.MixHash(message.Ephemeral);
        state.MixChainingKey(message.Ephemeral);
        state.MixKey(agreement);
        identity.CopyTo(message.Static);
        state.EncryptAndHash(message.Static);
        state.MixKey(staticStatic);
        WriteTimestamp(message.Timestamp);
        state.EncryptAndHash(message.Timestamp);
    }

    /// <summary>A value that X25519 turns into zero: some of the points of low order.</summary>
    internal void WriteLowOrder(Span<byte> key)
    {
        key.Clear();
        key[0] = (byte)_scene.Dice.Below(2);
        if (!_scene.Dice.OneIn(2)) return;
        key.Fill(0xFF); // p - 1, p or p + 1
        key[0] = (byte)(0xEC + _scene.Dice.Below(3));
        key[^1] = 0x7F;
    }

    private (byte[] Public, byte[] Agreement) Identity() => _scene.Dice.Below(16) switch
    {
        0 => _scene.Dice.Of<(byte[], byte[])>(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_strangers)),
        1 => _victim,
        2 => (Bytes(Scene.LowOrderKey), _insider.Agreement),
        3 => (Bytes(_scene.Friend.PublicKey), _insider.Agreement), // somebody else's name
        _ => _insider,
    };

    private void WriteTimestamp(Span<byte> timestamp)
    {
        var dice = _scene.Dice;
        // Each later than the one before, though several go out at one moment.
        long unix = RigNetwork.UnixNanoseconds + _scene.Network.Now.Nanoseconds - RigNetwork.StartNanoseconds + (++_stamps * 17_000_000);
        if (dice.OneIn(64)) dice.Fill(timestamp[..Tai64n.Size]);
        else if (dice.OneIn(8)) Tai64n.FromUnix(unix - (dice.Below(100) * 1_000_000_000L)).Write(timestamp);
        else Tai64n.FromUnix(unix).Write(timestamp);
    }

    private (byte[] Public, byte[] Agreement) RandomKey()
    {
        byte[] key = new byte[SecretKey.Size];
        _scene.Dice.Fill(key);
        return KeyAndAgreement(key);
    }

    private (byte[] Public, byte[] Agreement) KeyAndAgreement(ReadOnlySpan<byte> privateKey)
    {
        byte[] publicKey = new byte[PublicKey.Size], agreement = new byte[X25519.KeySize];
        PublicKey victim = _scene.Victim.PublicKey;
        X25519.DerivePublicKey(privateKey, publicKey);
        X25519.TryAgree(privateKey, PublicKey.AsSpan(in victim), agreement);
        return (publicKey, agreement);
    }

    private static byte[] Bytes(PublicKey key) => PublicKey.AsSpan(in key).ToArray();
}
