using System.Text.Json;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Tests.Crypto;

namespace Apex.Vpn.Protocol.Tests.Noise;

/// <summary>The handshake against vectors that others computed, with their prologue and their payloads.</summary>
public sealed class NoiseVectorTests
{
    private const int KeySize = 32, TagSize = AeadProvider.TagSize, SealedKeySize = KeySize + TagSize;

    private static readonly AeadProvider Aead = AeadProviders.Select(AeadChoice.Libsodium);

    [Fact]
    [Trait("Item", "6")]
    public void Item6_IKpsk2_gives_the_known_messages_hash_and_keys()
    {
        var vector = new Vector("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s");
        var initiator = vector.Begin();
        var responder = vector.Begin();

        byte[] sealedStatic = new byte[SealedKeySize], ephemeral = new byte[KeySize], payload = Room(vector.Payload(0));
        Assert.True(NoiseIkPsk2.WriteInitiation(
            initiator, vector.InitiatorEphemeral, PublicOf(vector.InitiatorStatic), vector.ResponderPublic,
            Agree(vector.InitiatorStatic, vector.ResponderPublic), ephemeral, sealedStatic, payload));
        Assert.Equal(vector.Ciphertext(0), (byte[])[.. ephemeral, .. sealedStatic, .. payload]);

        byte[] remoteStatic = new byte[KeySize], opened = new byte[payload.Length];
        Assert.Equal(
            NoiseVerdict.Good,
            NoiseIkPsk2.ReadInitiatorStatic(responder, vector.ResponderStatic, ephemeral, sealedStatic, remoteStatic));
        Assert.Equal(PublicOf(vector.InitiatorStatic), remoteStatic);
        Assert.Equal(
            NoiseVerdict.Good,
            NoiseIkPsk2.ReadInitiationPayload(responder, Agree(vector.ResponderStatic, remoteStatic), payload, opened));
        Assert.Equal(vector.Payload(0), opened[..^TagSize]);

        byte[] answer = new byte[KeySize], answerPayload = Room(vector.Payload(1)), answerOpened = new byte[answerPayload.Length];
        Assert.True(NoiseIkPsk2.WriteResponse(
            responder, vector.ResponderEphemeral, ephemeral, remoteStatic, vector.PresharedKey, answer, answerPayload));
        Assert.Equal(vector.Ciphertext(1), (byte[])[.. answer, .. answerPayload]);
        Assert.Equal(NoiseVerdict.Good, NoiseIkPsk2.ReadResponse(
            initiator, vector.InitiatorEphemeral, vector.InitiatorStatic, vector.PresharedKey, answer, answerPayload, answerOpened));
        Assert.Equal(vector.Payload(1), answerOpened[..^TagSize]);

        vector.AssertEnd(initiator);
        vector.AssertEnd(responder);
    }

    [Fact]
    [Trait("Item", "6")]
    public void Item6_the_wrong_preshared_key_opens_nothing()
    {
        var vector = new Vector("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s");
        var initiator = vector.Begin();
        byte[] ephemeral = new byte[KeySize], sealedStatic = new byte[SealedKeySize], payload = Room(vector.Payload(0));
        Assert.True(NoiseIkPsk2.WriteInitiation(
            initiator, vector.InitiatorEphemeral, PublicOf(vector.InitiatorStatic), vector.ResponderPublic,
            Agree(vector.InitiatorStatic, vector.ResponderPublic), ephemeral, sealedStatic, payload));
        byte[] response = vector.Ciphertext(1);
        Assert.Equal(NoiseVerdict.Unauthentic, NoiseIkPsk2.ReadResponse(
            initiator, vector.InitiatorEphemeral, vector.InitiatorStatic, new byte[KeySize],
            response.AsSpan(0, KeySize), response.AsSpan(KeySize), new byte[response.Length]));
    }

    [Fact]
    public void IK_without_a_preshared_key_goes_by_the_symmetric_state_alone()
    {
        // The pattern in the product has the psk modifier, which also feeds ephemeral keys into the chaining key; here its tokens are
        // played by hand.
        var vector = new Vector("Noise_IK_25519_ChaChaPoly_BLAKE2s");
        var state = vector.Begin();
        byte[] ephemeral = PublicOf(vector.InitiatorEphemeral);
        byte[] sealedStatic = Room(PublicOf(vector.InitiatorStatic)), payload = Room(vector.Payload(0));
        state.MixHash(ephemeral);
        state.MixKey(Agree(vector.InitiatorEphemeral, vector.ResponderPublic));
        state.EncryptAndHash(sealedStatic);
        state.MixKey(Agree(vector.InitiatorStatic, vector.ResponderPublic));
        state.EncryptAndHash(payload);
        Assert.Equal(vector.Ciphertext(0), (byte[])[.. ephemeral, .. sealedStatic, .. payload]);

        byte[] answer = PublicOf(vector.ResponderEphemeral), answerPayload = Room(vector.Payload(1));
        state.MixHash(answer);
        state.MixKey(Agree(vector.ResponderEphemeral, ephemeral));
        state.MixKey(Agree(vector.ResponderEphemeral, PublicOf(vector.InitiatorStatic)));
        state.EncryptAndHash(answerPayload);
        Assert.Equal(vector.Ciphertext(1), (byte[])[.. answer, .. answerPayload]);
        vector.AssertEnd(state);
    }

    private static byte[] PublicOf(byte[] privateKey)
    {
        byte[] publicKey = new byte[KeySize];
        X25519.DerivePublicKey(privateKey, publicKey);
        return publicKey;
    }

    private static byte[] Agree(byte[] privateKey, byte[] publicKey)
    {
        byte[] secret = new byte[KeySize];
        Assert.True(X25519.TryAgree(privateKey, publicKey, secret));
        return secret;
    }

    /// <summary>A plaintext with room for its tag.</summary>
    private static byte[] Room(byte[] plaintext) => [.. plaintext, .. new byte[TagSize]];

    private sealed class Vector
    {
        private readonly JsonElement _vector;

        internal Vector(string name) => _vector = VectorFile.Load("noise/noise_ik_25519_chachapoly_blake2s.json")
            .GetProperty("vectors").EnumerateArray().Single(vector => vector.Text("protocol_name") == name);

        internal byte[] InitiatorStatic => _vector.Hex("init_static");

        internal byte[] InitiatorEphemeral => _vector.Hex("init_ephemeral");

        internal byte[] ResponderStatic => _vector.Hex("resp_static");

        internal byte[] ResponderEphemeral => _vector.Hex("resp_ephemeral");

        internal byte[] ResponderPublic => _vector.Hex("init_remote_static");

        internal byte[] PresharedKey => Convert.FromHexString(_vector.GetProperty("init_psks")[0].GetString()!);

        internal byte[] Payload(int message) => _vector.GetProperty("messages")[message].Hex("payload");

        internal byte[] Ciphertext(int message) => _vector.GetProperty("messages")[message].Hex("ciphertext");

        internal SymmetricState Begin()
        {
            var state = new SymmetricState(new byte[SymmetricState.Size], Aead);
            state.Initialize(System.Text.Encoding.ASCII.GetBytes(_vector.Text("protocol_name")), _vector.Hex("init_prologue"));
            state.MixHash(ResponderPublic);
            return state;
        }

        /// <summary>The handshake hash, and the messages after the handshake: those of even number are the initiator's.</summary>
        internal void AssertEnd(SymmetricState state)
        {
            Assert.Equal(_vector.Hex("handshake_hash"), state.Hash.ToArray());
            byte[] initiatorSends = new byte[KeySize], responderSends = new byte[KeySize];
            state.Split(initiatorSends, responderSends);
            int messages = _vector.GetProperty("messages").GetArrayLength();
            Assert.Equal(6, messages);
            for (int i = 2; i < messages; i++)
            {
                byte[] message = Room(Payload(i));
                Aead.Seal(i % 2 == 0 ? initiatorSends : responderSends, (ulong)(i - 2) / 2, [], message);
                Assert.Equal(Ciphertext(i), message);
            }
        }
    }
}
