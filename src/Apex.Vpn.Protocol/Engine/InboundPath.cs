using System.Buffers.Binary;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine;

/// <summary>
/// Network to TUN: message type → session by receiver index → age and counter → opened in place → replay window → roaming → inner packet
/// trimmed and its source checked. Handshake messages go to the control worker.
/// </summary>
internal sealed class InboundPath(EngineContext engine)
{
    /// <summary>Works on a batch from the network. Afterwards every slot of non-zero length is an inner packet for the TUN.</summary>
    internal void Process(PacketBatch batch, Worker worker, Instant now)
    {
        worker.Ticket.Online();
        Keypair? keypair = null;
        worker.RunLength = 0;
        bool handshakes = false;
        for (int i = 0; i < batch.Count; i++)
        {
            ref PacketSlot slot = ref batch[i];
            ReadOnlySpan<byte> message = batch.Bytes(in slot);
            Keypair? session = keypair;
            DropReason reason = GoesOn(message, keypair)
                ? DropReason.None
                : Dispatch(message, slot.Path, now, ref handshakes, out session);
            if (session is null)
            {
                slot.Length = 0;
                if (reason != DropReason.None) worker.Drop(reason);
                continue;
            }
            if (session != keypair)
            {
                OpenRun(batch, worker, keypair, now);
                keypair = session;
            }
            worker.Segments[worker.RunLength] = new AeadSegment
            {
                Offset = slot.Offset + TransportMessage.HeaderSize,
                Length = slot.Length - TransportMessage.HeaderSize,
                Counter = TransportMessage.Counter(message),
            };
            worker.RunSlots[worker.RunLength++] = i;
        }
        OpenRun(batch, worker, keypair, now);
        worker.Ticket.Offline();
        if (handshakes) engine.WakeControl();
    }

    /// <summary>Whether a message belongs to the session of the one before it, as most do: that one was looked up, and is not too old.</summary>
    private static bool GoesOn(ReadOnlySpan<byte> message, Keypair? keypair) =>
        keypair is not null && message.Length >= TransportMessage.MinSize
        && BinaryPrimitives.ReadUInt32LittleEndian(message) == (uint)MessageType.Transport
        && TransportMessage.Receiver(message) == keypair.LocalIndex
        && TransportMessage.Counter(message) < Limits.RejectAfterMessages;

    private DropReason Dispatch(ReadOnlySpan<byte> message, in UdpPath path, Instant now, ref bool handshakes, out Keypair? session)
    {
        session = null;
        if (message.Length < sizeof(uint)) return DropReason.MalformedMessage;
        var type = (MessageType)BinaryPrimitives.ReadUInt32LittleEndian(message);
        switch (type)
        {
            case MessageType.Transport when message.Length >= TransportMessage.MinSize:
                return FindSession(message, now, out session);
            case MessageType.Initiation when message.Length == InitiationMessage.Size:
            case MessageType.Response when message.Length == ResponseMessage.Size:
            case MessageType.CookieReply when message.Length == CookieReplyMessage.Size:
                return engine.Gate.Admit(type, message, in path, now, ref handshakes);
            default:
                return DropReason.MalformedMessage;
        }
    }

    private DropReason FindSession(ReadOnlySpan<byte> message, Instant now, out Keypair? session)
    {
        session = engine.Indices.Find(TransportMessage.Receiver(message)) as Keypair;
        DropReason reason = DropReason.None;
        if (session is null) reason = DropReason.UnknownReceiver;
        else if (session.IsExpired(now)) reason = DropReason.SessionExpired;
        else if (TransportMessage.Counter(message) >= Limits.RejectAfterMessages) reason = DropReason.CounterExhausted;
        if (reason != DropReason.None) session = null;
        return reason;
    }

    private void OpenRun(PacketBatch batch, Worker worker, Keypair? keypair, Instant now)
    {
        int count = worker.RunLength;
        if (count == 0 || keypair is null) return;
        worker.RunLength = 0;
        Span<AeadSegment> segments = worker.Segments.AsSpan(0, count);
        engine.Aead.Open(keypair.ReceiveKey, batch.Slab, segments);
        keypair.Accept(segments, worker.IsNew);

        Peer peer = keypair.Peer;
        int good = 0, last = -1;
        long bytes = 0;
        bool anyData = false;
        var sources = new RouteMemo(engine.AllowedIps);
        for (int i = 0; i < count; i++)
        {
            ref PacketSlot slot = ref batch[worker.RunSlots[i]];
            DropReason reason = !segments[i].Authentic ? DropReason.Unauthentic
                : !worker.IsNew[i] ? DropReason.Replayed
                : DropReason.None;
            if (reason != DropReason.None)
            {
                slot.Length = 0;
                worker.Drop(reason);
                continue;
            }
            good++;
            last = worker.RunSlots[i];
            bytes += slot.Length;
            slot.Offset += TransportMessage.HeaderSize;
            slot.Length -= TransportMessage.MinSize;
            if (slot.Length == 0) continue; // a keepalive
            anyData = true;
            reason = Deliver(batch, ref slot, keypair, ref sources);
            if (reason == DropReason.None) continue;
            slot.Length = 0;
            worker.Drop(reason);
        }
        if (good == 0) return;
        peer.AddReceived(bytes);
        worker.Counters.Add(CounterKind.ReceivedPackets, good);
        worker.Counters.Add(CounterKind.ReceivedBytes, bytes);
        ProtocolEventSource.Log.BatchReceived(good, (int)bytes);
        AfterAuthentic(keypair, batch[last].Path, anyData, now);
    }

    /// <summary>Checks an inner packet and trims its slot to it: to nothing when it is a notice, which is for us and not for the host.</summary>
    private DropReason Deliver(PacketBatch batch, ref PacketSlot slot, Keypair session, ref RouteMemo sources)
    {
        Peer peer = session.Peer;
        if (!InnerPacket.TryParse(batch.Bytes(in slot), out InnerPacket packet)) return DropReason.MalformedInnerPacket;
        slot.Length = packet.Length;
        if (sources.Find(packet.Source, packet.IsIPv4) != peer) return DropReason.SourceNotAllowed;
        Span<byte> bytes = batch.Bytes(in slot);
        if (!Ecn.TryDecapsulate(slot.TrafficClass, bytes)) return DropReason.CongestionNotEcnCapable;
        if (engine.Notices is { } notices && notices.TryTake(session, in packet, bytes, out DropReason reason))
        {
            slot.Length = 0;
            return reason;
        }
        return engine.Filter is { } filter && !filter.AllowInbound(peer.PublicKey, bytes) ? DropReason.FilteredInbound : DropReason.None;
    }

    /// <summary>What an authentic run means for the peer: roaming, confirmation, timers, renewal.</summary>
    private void AfterAuthentic(Keypair keypair, in UdpPath path, bool anyData, Instant now)
    {
        Peer peer = keypair.Peer;
        Attention attention = Attention.None;
        if (peer.ObservePath(in path)) attention |= Attention.Roamed;
        if (peer.Sessions.TryConfirm(keypair, out Keypair? fallen))
        {
            if (fallen is not null) engine.Fallen.Enqueue(fallen);
            attention |= Attention.Confirmed;
        }
        bool armed = peer.Timers.AuthenticatedReceived(now, peer.PersistentKeepalive);
        if (anyData) armed |= peer.Timers.DataReceived(now);
        if (armed && peer.Timers.MustWakeControl()) attention |= Attention.EarlierDeadline;
        // The current one, whatever this came under: a late packet of the session before it says nothing about its age.
        if (peer.Sessions.Current is { } current && current.WantsRenewalByReceiver(now)) attention |= Attention.Handshake;
        if (attention != Attention.None) engine.Attention.Raise(peer, attention);
    }
}
