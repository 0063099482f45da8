using System.Diagnostics.Tracing;

namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>What the engine does, packet by packet if asked: for <c>dotnet-trace --providers Apex.Vpn.Protocol:KEYWORDS:LEVEL</c>.</summary>
/// <remarks>
/// Costs one check while nobody listens. A peer appears as its number in the device, never by key or address. Only the typed
/// <c>WriteEvent</c> overloads are used: they box nothing and need no reflection, so events work under NativeAOT.
/// </remarks>
[EventSource(Name = TelemetryNames.EventSource)]
internal sealed class ProtocolEventSource : EventSource
{
    /// <summary>The one instance.</summary>
    internal static readonly ProtocolEventSource Log = new();

    private ProtocolEventSource() { }

    /// <summary>Groups of events that are switched on together.</summary>
    public static class Keywords
    {
        /// <summary>Batches and drops: many events.</summary>
        public const EventKeywords Packets = (EventKeywords)1;

        /// <summary>Handshake messages and load.</summary>
        public const EventKeywords Handshakes = (EventKeywords)2;

        /// <summary>Sessions and endpoints.</summary>
        public const EventKeywords Sessions = (EventKeywords)4;
    }

    /// <summary>An initiation was sent; attempts count from 1.</summary>
    [Event(1, Level = EventLevel.Informational, Keywords = Keywords.Handshakes)]
    internal void HandshakeInitiated(int peer, int attempt)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Handshakes)) WriteEvent(1, peer, attempt);
    }

    /// <summary>A handshake was given up.</summary>
    [Event(2, Level = EventLevel.Warning, Keywords = Keywords.Handshakes)]
    internal void HandshakeAbandoned(int peer)
    {
        if (IsEnabled(EventLevel.Warning, Keywords.Handshakes)) WriteEvent(2, peer);
    }

    /// <summary>The device began or ceased to ask for cookies.</summary>
    [Event(3, Level = EventLevel.Warning, Keywords = Keywords.Handshakes)]
    internal void LoadChanged(bool underLoad)
    {
        // A bool travels as 32 bits.
        if (IsEnabled(EventLevel.Warning, Keywords.Handshakes)) WriteEvent(3, underLoad ? 1 : 0);
    }

    /// <summary>The authorizer of just-in-time peers began or ceased to answer.</summary>
    [Event(4, Level = EventLevel.Warning, Keywords = Keywords.Handshakes)]
    internal void AuthorizerChanged(bool answers)
    {
        if (IsEnabled(EventLevel.Warning, Keywords.Handshakes)) WriteEvent(4, answers ? 1 : 0);
    }

    /// <summary>A session was confirmed.</summary>
    [Event(10, Level = EventLevel.Informational, Keywords = Keywords.Sessions)]
    internal void SessionEstablished(int peer, bool initiator, int durationMicroseconds)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Sessions)) WriteEvent(10, peer, initiator ? 1 : 0, durationMicroseconds);
    }

    /// <summary>A peer's keys were erased.</summary>
    [Event(11, Level = EventLevel.Informational, Keywords = Keywords.Sessions)]
    internal void KeysErased(int peer)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Sessions)) WriteEvent(11, peer);
    }

    /// <summary>A peer was heard from another endpoint; which one is not said.</summary>
    [Event(12, Level = EventLevel.Informational, Keywords = Keywords.Sessions)]
    internal void PeerRoamed(int peer)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Sessions)) WriteEvent(12, peer);
    }

    /// <summary>A peer was made just in time.</summary>
    [Event(13, Level = EventLevel.Informational, Keywords = Keywords.Sessions)]
    internal void PeerAdmitted(int peer)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Sessions)) WriteEvent(13, peer);
    }

    /// <summary>A just-in-time peer was erased.</summary>
    [Event(14, Level = EventLevel.Informational, Keywords = Keywords.Sessions)]
    internal void PeerErased(int peer)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Sessions)) WriteEvent(14, peer);
    }

    /// <summary>A batch came from the network.</summary>
    [Event(20, Level = EventLevel.Verbose, Keywords = Keywords.Packets)]
    internal void BatchReceived(int packets, int bytes)
    {
        if (IsEnabled(EventLevel.Verbose, Keywords.Packets)) WriteEvent(20, packets, bytes);
    }

    /// <summary>A batch went to the network.</summary>
    [Event(21, Level = EventLevel.Verbose, Keywords = Keywords.Packets)]
    internal void BatchSent(int packets, int bytes)
    {
        if (IsEnabled(EventLevel.Verbose, Keywords.Packets)) WriteEvent(21, packets, bytes);
    }

    /// <summary>A packet was dropped.</summary>
    [NonEvent]
    internal void PacketDropped(DropReason reason)
    {
        if (IsEnabled(EventLevel.Verbose, Keywords.Packets)) PacketDropped(DropReasonNames.ToText(reason));
    }

    [Event(22, Level = EventLevel.Verbose, Keywords = Keywords.Packets)]
    private void PacketDropped(string reason) => WriteEvent(22, reason);
}
