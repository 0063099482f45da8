using System.Buffers.Binary;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.Handshakes;

/// <summary>
/// A peer of the responder's that can make initiations cheaply: it keeps one ephemeral key, so that its agreements are computed once. The
/// responder cannot tell, and has all of its own work to do.
/// </summary>
internal sealed class Initiator
{
    private static readonly AeadProvider Aead = AeadProviders.Select(AeadChoice.Automatic);

    private readonly byte[] _privateKey = new byte[X25519.KeySize];
    private readonly byte[] _ephemeral = new byte[X25519.KeySize];
    private readonly byte[] _ephemeralPublic = new byte[X25519.KeySize];
    private readonly byte[] _ephemeralStatic = new byte[X25519.KeySize];
    private readonly byte[] _staticStatic = new byte[X25519.KeySize];
    private readonly PublicKey _responder;
    private readonly byte[] _mac1Key = new byte[Blake2s.HashSize];

    /// <summary>Makes the peer of a number: always the same, so that a responder elsewhere can be configured beforehand.</summary>
    internal Initiator(int number, PublicKey responder)
    {
        (Number, _responder) = (number, responder);
        // 127.1.0.0 and up, which leaves the upper half to the flood.
        Address = (127u << 24) + (1u << 16) + (uint)number;
        Secret(number, "static"u8, _privateKey);
        Secret(number, "ephemeral"u8, _ephemeral);
        byte[] publicKey = new byte[X25519.KeySize];
        X25519.DerivePublicKey(_privateKey, publicKey);
        PublicKey = new PublicKey(publicKey);
        X25519.DerivePublicKey(_ephemeral, _ephemeralPublic);
        if (!X25519.TryAgree(_ephemeral, PublicKey.AsSpan(in responder), _ephemeralStatic)
            || !X25519.TryAgree(_privateKey, PublicKey.AsSpan(in responder), _staticStatic))
        {
            throw new FormatException("The responder's key has low order.");
        }
        CookieLayout.DeriveMac1Key(in responder, _mac1Key);
    }

    internal int Number { get; }

    internal PublicKey PublicKey { get; }

    /// <summary>Where it sends from: an address of the loopback interface.</summary>
    internal UInt128 Address { get; }

    /// <summary>The sender index of its initiations, by which responses are told apart.</summary>
    internal uint Index => (uint)Number + 1;

    /// <summary>The path from here to a responder.</summary>
    internal UdpPath PathTo(UdpEndpoint responder) => new(responder, Address);

    /// <summary>Writes an initiation.</summary>
    /// <param name="stamp">Later than all before.</param>
    /// <param name="bytes">148 bytes.</param>
    /// <param name="storage">The handshake's state: <see cref="SymmetricState.Size"/> bytes.</param>
    internal void Write(Tai64n stamp, Span<byte> bytes, Span<byte> storage)
    {
        bytes.Clear();
        var message = new InitiationMessage(bytes) { Sender = Index };
        message.WriteType();
        var state = new SymmetricState(storage, Aead);
        state.Initialize(Transcript.ChainingKey, Transcript.Hash, PublicKey.AsSpan(in _responder));
        _ephemeralPublic.CopyTo(message.Ephemeral);
        state.MixHash(_ephemeralPublic);
        state.MixChainingKey(_ephemeralPublic);
        state.MixKey(_ephemeralStatic);
        PublicKey.CopyTo(message.Static);
        state.EncryptAndHash(message.Static);
        state.MixKey(_staticStatic);
        stamp.Write(message.Timestamp);
        state.EncryptAndHash(message.Timestamp);
        Blake2s.Mac(_mac1Key, CookieLayout.CoveredByMac1(bytes), bytes[^CookieLayout.MacsSize..^CookieLayout.MacSize]);
    }

    /// <summary>Whether a response really ends the handshake that an initiation began.</summary>
    /// <param name="response">92 bytes.</param>
    /// <param name="storage">The state after the initiation; used up.</param>
    internal bool Accepts(Span<byte> response, Span<byte> storage)
    {
        var message = new ResponseMessage(response);
        Span<byte> scratch = stackalloc byte[TransportMessage.TagSize];
        return message.Receiver == Index && NoiseIkPsk2.ReadResponse(
            new SymmetricState(storage, Aead), _ephemeral, _privateKey, new byte[SecretKey.Size], message.Ephemeral, message.Empty, scratch)
            == NoiseVerdict.Good;
    }

    private static void Secret(int number, ReadOnlySpan<byte> purpose, Span<byte> secret)
    {
        Span<byte> seed = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(seed, number);
        Blake2s.Mac(purpose, seed, secret);
    }
}
