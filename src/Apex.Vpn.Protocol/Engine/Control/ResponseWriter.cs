using System.Security.Cryptography;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Control;

/// <summary>Writes handshake responses (WG 5.4.3) and makes the sessions that come of them.</summary>
internal sealed class ResponseWriter(EngineContext engine, SessionKeeper sessions)
{
    /// <summary>Answers an initiation; our own pending initiation stays, so that crossing initiations both succeed.</summary>
    /// <param name="peer">The initiator.</param>
    /// <param name="state">The symmetric state after the initiation; used up.</param>
    /// <param name="initiationEphemeral">The initiation's ephemeral key.</param>
    /// <param name="index">The initiation's sender index.</param>
    /// <param name="path">Where it came from.</param>
    /// <param name="output">Takes the response.</param>
    /// <param name="now">The time.</param>
    internal void Write(
        Peer peer, SymmetricState state, ReadOnlySpan<byte> initiationEphemeral, uint index, in UdpPath path, ControlOutput output, Instant now)
    {
        Span<byte> ephemeral = stackalloc byte[SecretKey.Size];
        engine.Random.Fill(ephemeral);
        Span<byte> bytes = output.Add(ResponseMessage.Size, peer, in path, InitiationWriter.TrafficClass);
        var response = new ResponseMessage(bytes);
        response.WriteType();
        PublicKey remote = peer.PublicKey;
        bool written = NoiseIkPsk2.WriteResponse(
            state, ephemeral, initiationEphemeral, PublicKey.AsSpan(in remote), StaticSecrets.PresharedKey(peer),
            response.Ephemeral, response.Empty);
        CryptographicOperations.ZeroMemory(ephemeral);
        if (!written)
        {
            output.Batch.RemoveLast();
            output.Worker.Drop(DropReason.LowOrderKey);
            return;
        }
        Keypair keypair = sessions.BeginAsResponder(peer, state, index, output.Worker, now);
        response.Sender = keypair.LocalIndex;
        response.Receiver = index;
        ActivePeer active = peer.Active;
        (active.Cookies ??= new CookieJar(remote)).AddMacs(bytes, now);
        active.LastHandshakeSent = now;
        active.HandshakeBegan = now;
        active.AddSent(ResponseMessage.Size);
        output.Worker.Counters.Add(CounterKind.SentPackets, 1);
        output.Worker.Counters.Add(CounterKind.SentBytes, ResponseMessage.Size);
        peer.Timers.AuthenticatedSent(now, peer.PersistentKeepalive);
    }
}
