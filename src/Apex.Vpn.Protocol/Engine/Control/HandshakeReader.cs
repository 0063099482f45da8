using System.Buffers.Binary;
using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Control;

/// <summary>
/// Works off handshake messages that passed the gate: under load, mac2 and the source's share, and only then Diffie-Hellman. One worker
/// does all of it, so that no two messages race for one handshake's state.
/// </summary>
internal sealed class HandshakeReader(EngineContext engine, SessionKeeper sessions, StaticSecrets secrets, PeerSender sender, PeerAdmission admission)
{
    private readonly RateLimiter _limiter = new(engine.Random);

    private Peer? _touched;

    /// <summary>What the last message has cost, by <see cref="HandshakeCost"/>.</summary>
    internal int Cost { get; private set; }

    /// <summary>Handles one message; what it answers goes to the output. Returns the peer whose deadlines it may have moved.</summary>
    internal Peer? Read(ref HandshakeQueue.Item item, bool underLoad, ControlOutput output, Instant now)
    {
        _touched = null;
        Cost = HandshakeCost.Message;
        Span<byte> message = ((Span<byte>)item.Bytes)[..item.Length];
        DropReason reason;
        if (item.Probe is { } key) reason = AnswerProbe(message, key, in item.Path, output);
        else if ((MessageType)BinaryPrimitives.ReadUInt32LittleEndian(message) == MessageType.CookieReply) reason = ReadCookieReply(message, now);
        else reason = ReadHandshake(message, item.Identity, in item.Path, underLoad, output, now);
        if (reason != DropReason.None) output.Worker.Drop(reason);
        return _touched;
    }

    /// <summary>Gives back the memory of sources that are quiet again.</summary>
    internal void EndLoad(Instant now) => _limiter.Trim(now);

    private DropReason ReadHandshake(
        Span<byte> message, DeviceIdentity? meant, in UdpPath path, bool underLoad, ControlOutput output, Instant now)
    {
        // mac1 was checked at the gate, for an identity of that moment.
        if (meant is not { IsRetired: false } identity) return DropReason.InvalidMac1;
        if (underLoad)
        {
            UdpEndpoint source = path.Remote;
            if (!identity.Cookies.IsMac2Valid(message, in source, now))
            {
                SendCookieReply(message, in path, identity, output, now);
                return DropReason.CookieRequired;
            }
            if (!_limiter.Allow(in source, now)) return DropReason.HandshakeRateLimited;
        }
        return message.Length == InitiationMessage.Size
            ? ReadInitiation(message, in path, identity, output, now)
            : ReadResponse(message, in path, identity, output, now);
    }

    private void SendCookieReply(ReadOnlySpan<byte> message, in UdpPath path, DeviceIdentity identity, ControlOutput output, Instant now)
    {
        uint receiver = BinaryPrimitives.ReadUInt32LittleEndian(message[4..]); // the sender index: same place in both messages
        Span<byte> reply = output.Add(CookieReplyMessage.Size, owner: null, in path, trafficClass: 0);
        identity.Cookies.WriteCookieReply(message, receiver, path.Remote, now, engine.Random, reply);
        output.Worker.Counters.Add(CounterKind.SentPackets, 1);
        output.Worker.Counters.Add(CounterKind.SentBytes, CookieReplyMessage.Size);
    }

    private DropReason AnswerProbe(ReadOnlySpan<byte> message, ProbeKey key, in UdpPath path, ControlOutput output)
    {
        if (!engine.Gate.Probes.IsInForce(key)) return DropReason.InvalidMac1; // it was, at the gate
        ProbeReply.Write(output.Add(ProbeReply.Size, owner: null, in path, trafficClass: 0), key, new ProbeRequest(message), engine.Random);
        output.Worker.Counters.Add(CounterKind.ProbesAnswered, 1);
        output.Worker.Counters.Add(CounterKind.SentPackets, 1);
        output.Worker.Counters.Add(CounterKind.SentBytes, ProbeReply.Size);
        return DropReason.None;
    }

    private DropReason ReadInitiation(Span<byte> bytes, in UdpPath path, DeviceIdentity identity, ControlOutput output, Instant now)
    {
        Span<byte> storage = stackalloc byte[SymmetricState.Size];
        try
        {
            var message = new InitiationMessage(bytes);
            var state = new SymmetricState(storage, engine.Aead);
            state.Initialize(Transcript.ChainingKey, identity.ResponderHash, mixed: []);
            DropReason reason = Identify(state, message, identity, now, out Peer? peer);
            if (peer is null) return reason;

            Accept(peer, InitiationMessage.Size, in path, output.Worker, now);
            Respond(peer, state, message, output, now);
            return DropReason.None;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(storage);
        }
    }

    /// <summary>Finds out who it is and that it is really them, now.</summary>
    private DropReason Identify(
        SymmetricState state, InitiationMessage message, DeviceIdentity identity, Instant now, out Peer? proven)
    {
        proven = null;
        Cost += HandshakeCost.Agreement;
        Span<byte> key = stackalloc byte[PublicKey.Size];
        NoiseVerdict verdict = NoiseIkPsk2.ReadInitiatorStatic(state, identity.PrivateKey, message.Ephemeral, message.Static, key);
        if (verdict != NoiseVerdict.Good) return Reason(verdict);
        var remote = new PublicKey(key);
        if (!engine.Peers.TryFind(remote, out Peer? peer) && (peer = admission.Candidate(remote)) is null)
            return DropReason.UnknownPeer;
        Span<byte> scratch = stackalloc byte[X25519.KeySize];
        try
        {
            return secrets.TryGetStaticStatic(peer, identity, scratch, out ReadOnlySpan<byte> staticStatic)
                ? Prove(state, message, peer, identity, staticStatic, now, out proven)
                : DropReason.LowOrderKey;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(scratch);
        }
    }

    private DropReason Prove(
        SymmetricState state,
        InitiationMessage message,
        Peer peer,
        DeviceIdentity identity,
        ReadOnlySpan<byte> staticStatic,
        Instant now,
        out Peer? proven)
    {
        proven = null;
        Span<byte> payload = stackalloc byte[InitiationMessage.PayloadSize + TransportMessage.TagSize];
        NoiseVerdict verdict = NoiseIkPsk2.ReadInitiationPayload(state, staticStatic, message.Timestamp, payload);
        if (verdict != NoiseVerdict.Good)
        {
            admission.Forget(peer);
            return Reason(verdict);
        }
        // Nothing is held against a key before its timestamp opened: anybody can name somebody else's key up to there.
        Tai64n timestamp = Tai64n.Read(payload);
        ActivePeer active = peer.Active;
        if (timestamp <= active.LastTimestamp) return DropReason.StaleTimestamp;
        if (active.LastInitiationConsumed.IsSet && now - active.LastInitiationConsumed <= Limits.InitiationInterval)
            return DropReason.InitiationFlood;
        if (!admission.Admits(peer, identity)) return DropReason.Unauthorized;
        secrets.Bind(peer, identity, staticStatic);
        active.LastTimestamp = timestamp;
        active.LastInitiationConsumed = now;
        proven = peer;
        return DropReason.None;
    }

    /// <summary>Answers an initiation and makes the session; our own pending initiation stays, so that crossing initiations both succeed.</summary>
    private void Respond(Peer peer, SymmetricState state, InitiationMessage initiation, ControlOutput output, Instant now)
    {
        Cost += 3 * HandshakeCost.Agreement; // two, and a base point
        Span<byte> ephemeral = stackalloc byte[SecretKey.Size];
        engine.Random.Fill(ephemeral);
        Span<byte> bytes = output.Add(ResponseMessage.Size, peer, peer.Path!.Value, InitiationWriter.TrafficClass);
        var response = new ResponseMessage(bytes);
        response.WriteType();
        PublicKey remote = peer.PublicKey;
        bool written = NoiseIkPsk2.WriteResponse(
            state, ephemeral, initiation.Ephemeral, PublicKey.AsSpan(in remote), StaticSecrets.PresharedKey(peer),
            response.Ephemeral, response.Empty);
        CryptographicOperations.ZeroMemory(ephemeral);
        if (!written)
        {
            output.Batch.RemoveLast();
            output.Worker.Drop(DropReason.LowOrderKey);
            return;
        }
        Keypair keypair = sessions.BeginAsResponder(peer, state, initiation.Sender, output.Worker, now);
        response.Sender = keypair.LocalIndex;
        response.Receiver = initiation.Sender;
        ActivePeer active = peer.Active;
        (active.Cookies ??= new CookieJar(remote)).AddMacs(bytes, now);
        active.LastHandshakeSent = now;
        active.HandshakeBegan = now;
        active.AddSent(ResponseMessage.Size);
        output.Worker.Counters.Add(CounterKind.SentPackets, 1);
        output.Worker.Counters.Add(CounterKind.SentBytes, ResponseMessage.Size);
        peer.Timers.AuthenticatedSent(now, peer.PersistentKeepalive);
    }

    private DropReason ReadResponse(Span<byte> bytes, in UdpPath path, DeviceIdentity identity, ControlOutput output, Instant now)
    {
        var message = new ResponseMessage(bytes);
        if (engine.Indices.Find(message.Receiver) is not PendingHandshake pending || pending.Identity != identity)
            return DropReason.UnexpectedResponse;
        Peer peer = pending.Peer;
        Cost += 2 * HandshakeCost.Agreement;
        // On a copy: a forged response must not spoil the state for the real one.
        Span<byte> storage = stackalloc byte[SymmetricState.Size];
        pending.State.CopyTo(storage);
        try
        {
            var state = new SymmetricState(storage, engine.Aead);
            Span<byte> empty = stackalloc byte[TransportMessage.TagSize];
            NoiseVerdict verdict = NoiseIkPsk2.ReadResponse(
                state, pending.Ephemeral, identity.PrivateKey, StaticSecrets.PresharedKey(peer), message.Ephemeral, message.Empty, empty);
            if (verdict != NoiseVerdict.Good) return Reason(verdict);
            Accept(peer, ResponseMessage.Size, in path, output.Worker, now);
            sessions.BeginAsInitiator(peer, pending, state, message.Sender, output.Worker, now);
            sessions.Confirm(peer, initiator: true, output.Worker, now);
            sender.ConfirmSession(peer, output, now);
            return DropReason.None;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(storage);
        }
    }

    private DropReason ReadCookieReply(ReadOnlySpan<byte> message, Instant now)
    {
        Peer? peer = engine.Indices.Find(CookieReplyMessage.Receiver(message)) switch
        {
            PendingHandshake pending => pending.Peer,
            Keypair keypair => keypair.Peer,
            _ => null,
        };
        if (peer?.Active.Cookies is not { AwaitsReply: true } cookies) return DropReason.UnexpectedCookie;
        return cookies.TryConsumeReply(message, now) ? DropReason.None : DropReason.InvalidCookie;
    }

    /// <summary>A handshake message proved authentic: the peer is there, alive.</summary>
    private void Accept(Peer peer, int length, in UdpPath path, Worker worker, Instant now)
    {
        _touched = peer;
        if (peer.ObservePath(in path)) engine.Events.PeerRoamed(peer, path.Remote);
        peer.AddReceived(length);
        worker.Counters.Add(CounterKind.ReceivedPackets, 1);
        worker.Counters.Add(CounterKind.ReceivedBytes, length);
        peer.Timers.AuthenticatedReceived(now, peer.PersistentKeepalive);
    }

    private static DropReason Reason(NoiseVerdict verdict) =>
        verdict == NoiseVerdict.LowOrderKey ? DropReason.LowOrderKey : DropReason.HandshakeUnauthentic;
}
