using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Reflection;
using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Protocol.Tests.Diagnostics;

public sealed class ProtocolEventSourceTests
{
    // A number no device of another test gives a peer: the source is one for the whole process.
    private const int Peer = 1_234_567_891;

    [Fact]
    public void The_manifest_holds_to_the_strict_rules()
    {
        string? manifest = EventSource.GenerateManifest(typeof(ProtocolEventSource), "", EventManifestOptions.Strict);

        Assert.NotNull(manifest);
        Assert.Contains("name=\"Apex.Vpn.Protocol\"", manifest, StringComparison.Ordinal);
        Assert.Null(ProtocolEventSource.Log.ConstructionException);
    }

    [Fact]
    public void Event_ids_are_unique()
    {
        int[] ids =
        [
            .. typeof(ProtocolEventSource).GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Select(static method => method.GetCustomAttribute<EventAttribute>()).OfType<EventAttribute>().Select(static attribute => attribute.EventId),
        ];

        Assert.NotEmpty(ids);
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void Events_arrive_with_their_values()
    {
        using var listener = new Listener(EventLevel.Verbose, EventKeywords.All);

        ProtocolEventSource.Log.HandshakeInitiated(Peer, 3);
        ProtocolEventSource.Log.HandshakeAbandoned(Peer);
        ProtocolEventSource.Log.LoadChanged(true);
        ProtocolEventSource.Log.SessionEstablished(Peer, initiator: true, 1500);
        ProtocolEventSource.Log.SessionEstablished(Peer, initiator: false, 2500);
        ProtocolEventSource.Log.KeysErased(Peer);
        ProtocolEventSource.Log.PeerRoamed(Peer);
        ProtocolEventSource.Log.BatchReceived(Peer, 2);
        ProtocolEventSource.Log.BatchSent(Peer, 4);
        ProtocolEventSource.Log.PacketDropped(DropReason.CongestionNotEcnCapable);

        Assert.Equal(
            [
                $"HandshakeInitiated({Peer}, 3)",
                $"HandshakeAbandoned({Peer})",
                "LoadChanged(True)",
                $"SessionEstablished({Peer}, True, 1500)",
                $"SessionEstablished({Peer}, False, 2500)",
                $"KeysErased({Peer})",
                $"PeerRoamed({Peer})",
                $"BatchReceived({Peer}, 2)",
                $"BatchSent({Peer}, 4)",
                "PacketDropped(congestion_not_ecn_capable)",
            ],
            listener.OfThisThread());
    }

    [Fact]
    public void Only_what_was_asked_for_is_written()
    {
        using var listener = new Listener(EventLevel.Informational, ProtocolEventSource.Keywords.Sessions);

        ProtocolEventSource.Log.HandshakeInitiated(Peer, 1);
        ProtocolEventSource.Log.BatchReceived(Peer, 2);
        ProtocolEventSource.Log.PacketDropped(DropReason.NoRoute);
        ProtocolEventSource.Log.KeysErased(Peer);

        Assert.Equal([$"KeysErased({Peer})"], listener.OfThisThread());
    }

    [Fact]
    public void No_event_has_room_for_a_key_or_an_address()
    {
        IEnumerable<Type> types = typeof(ProtocolEventSource)
            .GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Where(static method => method.GetCustomAttribute<EventAttribute>() is not null && method.Name != "PacketDropped")
            .SelectMany(static method => method.GetParameters()).Select(static parameter => parameter.ParameterType);

        Assert.All(types, static type => Assert.Contains(type, new[] { typeof(int), typeof(bool) }));
    }

    private sealed class Listener : EventListener
    {
        private readonly int _thread = Environment.CurrentManagedThreadId;
        private readonly ConcurrentQueue<string> _events = new();

        internal Listener(EventLevel level, EventKeywords keywords) => EnableEvents(ProtocolEventSource.Log, level, keywords);

        internal string[] OfThisThread() => [.. _events];

        // Devices of other tests write to the same source, on threads of their own; an event is delivered on the thread that wrote it.
        protected override void OnEventWritten(EventWrittenEventArgs written)
        {
            if (Environment.CurrentManagedThreadId == _thread && written.EventId > 0)
                _events.Enqueue($"{written.EventName}({string.Join(", ", written.Payload ?? [])})");
        }
    }
}
