using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Control;

/// <summary>Writes handshake initiations (WG 5.4.2) and keeps what their responses will need.</summary>
internal sealed class InitiationWriter(EngineContext engine, SessionKeeper sessions, StaticSecrets secrets, Tai64nClock timestamps)
{
    /// <summary>Handshakes are marked AF41 with ECN capable, so that networks in trouble drop them last; as the kernel does.</summary>
    internal const byte TrafficClass = 0x88;

    /// <summary>Begins a handshake, in place of one that is pending. Writes nothing to a peer without endpoint or with a key of low order.</summary>
    internal void Write(Peer peer, DeviceIdentity identity, ControlOutput output, Instant now)
    {
        if (peer.Path is not { Value: var path }) return;
        Span<byte> scratch = stackalloc byte[X25519.KeySize];
        if (secrets.TryGetStaticStatic(peer, identity, scratch, out ReadOnlySpan<byte> staticStatic))
            Write(peer, in path, identity, staticStatic, output, now);
        CryptographicOperations.ZeroMemory(scratch);
    }

    private void Write(
        Peer peer, in UdpPath path, DeviceIdentity identity, ReadOnlySpan<byte> staticStatic, ControlOutput output, Instant now)
    {
        sessions.ForgetPending(peer);
        ActivePeer active = peer.Active;
        var pending = new PendingHandshake(peer, engine.HandshakeSecrets.Rent(), identity) { StartedAt = now };
        engine.Random.Fill(pending.Ephemeral);
        Span<byte> bytes = output.Add(InitiationMessage.Size, peer, in path, TrafficClass);
        var message = new InitiationMessage(bytes);
        message.WriteType();
        active.LastTimestampSent = timestamps.Next(now, active.LastTimestampSent);
        active.LastTimestampSent.Write(message.Timestamp);

        PublicKey remote = peer.PublicKey, local = identity.PublicKey;
        var state = new SymmetricState(pending.State, engine.Aead);
        state.Initialize(Transcript.ChainingKey, Transcript.Hash, PublicKey.AsSpan(in remote));
        if (!NoiseIkPsk2.WriteInitiation(
            state, pending.Ephemeral, PublicKey.AsSpan(in local), PublicKey.AsSpan(in remote), staticStatic,
            message.Ephemeral, message.Static, message.Timestamp))
        {
            engine.HandshakeSecrets.Return(pending.Secrets);
            output.Batch.RemoveLast();
            return;
        }
        message.Sender = engine.Indices.Reserve(pending, engine.Random);
        active.Pending = pending;
        (active.Cookies ??= new CookieJar(remote)).AddMacs(bytes, now);
        active.LastHandshakeSent = now;
        active.AddSent(InitiationMessage.Size);
        output.Worker.Counters.Add(CounterKind.SentPackets, 1);
        output.Worker.Counters.Add(CounterKind.SentBytes, InitiationMessage.Size);
        engine.Events.HandshakeInitiated(peer);
    }
}
