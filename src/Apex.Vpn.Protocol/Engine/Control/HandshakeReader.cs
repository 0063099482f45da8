using System.Buffers.Binary;
using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Admission;
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
internal sealed class HandshakeReader(
    EngineContext engine, SessionKeeper sessions, StaticSecrets secrets, PeerSender sender, ResponseWriter responses, PeerAdmission? admission)
{
    private const int AnswerCost = 3 * HandshakeCost.Agreement; // two, and a base point

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
        Span<byte> scratch = stackalloc byte[X25519.KeySize];
        try
        {
            var message = new InitiationMessage(bytes);
            var state = new SymmetricState(storage, engine.Aead);
            state.Initialize(Transcript.ChainingKey, identity.ResponderHash, mixed: []);
            DropReason reason = Identify(state, message, identity, out PublicKey remote, out Peer? peer, out KeyId id);
            if (reason != DropReason.None) return reason;
            if (!TryAgree(peer, remote, identity, scratch, out ReadOnlySpan<byte> staticStatic)) return DropReason.LowOrderKey;
            NoiseVerdict verdict = ReadTimestamp(state, message, staticStatic, out Tai64n timestamp);
            if (verdict != NoiseVerdict.Good) return Reason(verdict);
            // Nothing is held against a key before here: anybody can name somebody else's key up to there.
            if (peer is not null)
            {
                reason = Check(peer, identity, timestamp, now);
                if (reason != DropReason.None) return reason;
                secrets.Bind(peer, identity, staticStatic);
                peer.Active.LastTimestamp = timestamp;
                peer.Active.LastInitiationConsumed = now;
                Accept(peer, InitiationMessage.Size, in path, output.Worker, now);
                Cost += AnswerCost;
                responses.Write(peer, state, message.Ephemeral, message.Sender, in path, output, now);
                return DropReason.None;
            }
            var newcomer = new Newcomer
            {
                Key = remote,
                Id = id,
                Identity = identity,
                Stamp = timestamp,
                Path = path,
                Index = message.Sender,
                Ephemeral = message.Ephemeral,
                State = storage,
                StaticStatic = staticStatic,
            };
            reason = admission!.Receive(in newcomer, output, now, out _touched);
            if (_touched is not null) Cost += AnswerCost;
            return reason;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(storage);
            CryptographicOperations.ZeroMemory(scratch);
        }
    }

    /// <summary>Finds out who the initiator says it is. A key that is no peer's goes on if there is somebody to ask about it.</summary>
    private DropReason Identify(
        SymmetricState state, InitiationMessage message, DeviceIdentity identity, out PublicKey remote, out Peer? peer, out KeyId id)
    {
        (remote, peer, id) = (default, null, default);
        Cost += HandshakeCost.Agreement;
        Span<byte> key = stackalloc byte[PublicKey.Size];
        NoiseVerdict verdict = NoiseIkPsk2.ReadInitiatorStatic(state, identity.PrivateKey, message.Ephemeral, message.Static, key);
        if (verdict != NoiseVerdict.Good) return Reason(verdict);
        remote = new PublicKey(key);
        if (engine.Peers.TryFind(remote, out peer)) return DropReason.None;
        return admission is null ? DropReason.UnknownPeer : admission.Screen(in remote, out id);
    }

    private bool TryAgree(
        Peer? peer, PublicKey remote, DeviceIdentity identity, Span<byte> scratch, out ReadOnlySpan<byte> staticStatic)
    {
        if (peer is not null) return secrets.TryGetStaticStatic(peer, identity, scratch, out staticStatic);
        Cost += HandshakeCost.Agreement;
        staticStatic = scratch;
        return StaticSecrets.TryAgree(remote, identity, scratch);
    }

    private static NoiseVerdict ReadTimestamp(
        SymmetricState state, InitiationMessage message, ReadOnlySpan<byte> staticStatic, out Tai64n timestamp)
    {
        Span<byte> payload = stackalloc byte[InitiationMessage.PayloadSize + TransportMessage.TagSize];
        NoiseVerdict verdict = NoiseIkPsk2.ReadInitiationPayload(state, staticStatic, message.Timestamp, payload);
        timestamp = verdict == NoiseVerdict.Good ? Tai64n.Read(payload) : default;
        return verdict;
    }

    /// <summary>Whether a peer that has proven itself may have a session now.</summary>
    private DropReason Check(Peer peer, DeviceIdentity identity, Tai64n timestamp, Instant now)
    {
        ActivePeer active = peer.Active;
        if (timestamp <= active.LastTimestamp) return DropReason.StaleTimestamp;
        if (active.LastInitiationConsumed.IsSet && now - active.LastInitiationConsumed <= Limits.InitiationInterval)
            return DropReason.InitiationFlood;
        return peer.IsAdmitted ? admission!.Renew(peer, identity, now) : DropReason.None;
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
        // A recorded initiation must not lead a just-in-time peer's traffic elsewhere: its endpoint moves with data alone.
        if (!peer.IsAdmitted && peer.ObservePath(in path)) engine.Events.PeerRoamed(peer, path.Remote);
        peer.AddReceived(length);
        worker.Counters.Add(CounterKind.ReceivedPackets, 1);
        worker.Counters.Add(CounterKind.ReceivedBytes, length);
        peer.Timers.AuthenticatedReceived(now, peer.PersistentKeepalive);
    }

    private static DropReason Reason(NoiseVerdict verdict) =>
        verdict == NoiseVerdict.LowOrderKey ? DropReason.LowOrderKey : DropReason.HandshakeUnauthentic;
}
