using System.Diagnostics.Metrics;

namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>Publishes one device's counters under the names of <see cref="TelemetryNames"/> until it is disposed.</summary>
/// <remarks>Nothing is done per packet: the counters are read when a listener collects.</remarks>
internal sealed class DeviceMeter : IDisposable
{
    private readonly IDeviceCounters _counters;
    private readonly DeviceInstruments _instruments;
    private readonly KeyValuePair<string, object?> _interface;

    /// <param name="counters">What to publish.</param>
    /// <param name="interfaceName">The device's name; two devices of one name would write over each other's numbers.</param>
    /// <param name="factory">Where the meter comes from; null for one of the process's own.</param>
    internal DeviceMeter(IDeviceCounters counters, string interfaceName, IMeterFactory? factory)
    {
        _counters = counters;
        _interface = new(TelemetryNames.InterfaceTag, interfaceName);
        _instruments = DeviceInstruments.For(factory);
        _instruments.Add(this);
    }

    /// <summary>Records how long a handshake took. Called once per handshake.</summary>
    internal void HandshakeCompleted(bool initiator, TimeSpan duration)
    {
        if (!_instruments.HandshakeDuration.Enabled) return;
        string role = initiator ? TelemetryNames.Initiator : TelemetryNames.Responder;
        _instruments.HandshakeDuration.Record(duration.TotalSeconds, _interface, new(TelemetryNames.HandshakeRoleTag, role));
    }

    internal IEnumerable<Measurement<long>> NetworkIo() =>
    [
        Read(CounterKind.ReceivedBytes, TelemetryNames.DirectionTag, TelemetryNames.Receive),
        Read(CounterKind.SentBytes, TelemetryNames.DirectionTag, TelemetryNames.Transmit),
    ];

    internal IEnumerable<Measurement<long>> Packets() =>
    [
        Read(CounterKind.ReceivedPackets, TelemetryNames.DirectionTag, TelemetryNames.Receive),
        Read(CounterKind.SentPackets, TelemetryNames.DirectionTag, TelemetryNames.Transmit),
    ];

    internal IEnumerable<Measurement<long>> Handshakes() =>
    [
        Read(CounterKind.HandshakesCompleted, TelemetryNames.HandshakeOutcomeTag, TelemetryNames.Completed),
        Read(CounterKind.HandshakesAbandoned, TelemetryNames.HandshakeOutcomeTag, TelemetryNames.Abandoned),
    ];

    internal IEnumerable<Measurement<long>> PeersActive() => [new(_counters.Read(CounterKind.ActivePeers), _interface)];

    /// <summary>None while there was no probe: a device that answers none has no such instrument to show.</summary>
    internal IEnumerable<Measurement<long>> ProbesAnswered()
    {
        long answered = _counters.Read(CounterKind.ProbesAnswered);
        if (answered != 0) yield return new(answered, _interface);
    }

    /// <summary>One measurement per reason that has happened.</summary>
    internal IEnumerable<Measurement<long>> PacketsDropped()
    {
        for (var reason = DropReason.None + 1; (int)reason < DropReasonNames.Count; reason++)
        {
            long dropped = _counters.Dropped(reason);
            if (dropped != 0) yield return new(dropped, _interface, new(TelemetryNames.DropReasonTag, DropReasonNames.ToText(reason)));
        }
    }

    /// <summary>Ends publishing. May be called more than once.</summary>
    public void Dispose() => _instruments.Remove(this);

    private Measurement<long> Read(CounterKind kind, string tag, string value) => new(_counters.Read(kind), _interface, new(tag, value));
}
