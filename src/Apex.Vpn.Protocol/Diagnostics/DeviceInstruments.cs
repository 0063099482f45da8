using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>The instruments of all devices that share a meter: made once, each measured over the devices that are alive.</summary>
/// <remarks>
/// A meter from an <see cref="IMeterFactory"/> lives as long as the factory, and an instrument as long as its meter. Were they made per
/// device, a program that makes and disposes devices would collect dead instruments for ever.
/// </remarks>
internal sealed class DeviceInstruments
{
    // From a LAN's round trip to the last retransmission before a handshake is given up (WG 6.4).
    private static readonly double[] DurationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45, 90];

    private static readonly Lazy<DeviceInstruments> WithoutFactory = new(static () => new DeviceInstruments(new Meter(TelemetryNames.Meter)));
    private static readonly ConditionalWeakTable<IMeterFactory, DeviceInstruments> ByFactory = [];

    private readonly Lock _lock = new();
    private DeviceMeter[] _devices = [];

    private DeviceInstruments(Meter meter)
    {
        meter.CreateObservableCounter(
            TelemetryNames.NetworkIo, () => Measure(static device => device.NetworkIo()), "By", "Bytes of WireGuard messages.");
        meter.CreateObservableCounter(
            TelemetryNames.Packets, () => Measure(static device => device.Packets()), "{packet}", "WireGuard messages.");
        meter.CreateObservableCounter(
            TelemetryNames.PacketsDropped, () => Measure(static device => device.PacketsDropped()), "{packet}", "Packets that went no further.");
        meter.CreateObservableCounter(
            TelemetryNames.Handshakes, () => Measure(static device => device.Handshakes()), "{handshake}", "Handshakes that came to an end.");
        meter.CreateObservableUpDownCounter(
            TelemetryNames.PeersActive, () => Measure(static device => device.PeersActive()), "{peer}", "Peers that session keys are held for.");
        meter.CreateObservableCounter(
            TelemetryNames.ProbesAnswered, () => Measure(static device => device.ProbesAnswered()), "{probe}", "Latency probes answered.");
        HandshakeDuration = meter.CreateHistogram(
            TelemetryNames.HandshakeDuration,
            "s",
            "From the first handshake message sent to the session's confirmation.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBuckets });
    }

    /// <summary>How long handshakes take, in seconds.</summary>
    internal Histogram<double> HandshakeDuration { get; }

    /// <summary>The instruments that belong to a factory, or those of the process when there is none.</summary>
    internal static DeviceInstruments For(IMeterFactory? factory) => factory is null
        ? WithoutFactory.Value
        : ByFactory.GetValue(factory, static factory => new DeviceInstruments(factory.Create(new MeterOptions(TelemetryNames.Meter))));

    internal void Add(DeviceMeter device)
    {
        lock (_lock) _devices = [.. _devices, device];
    }

    internal void Remove(DeviceMeter device)
    {
        lock (_lock) _devices = [.. _devices.Where(other => other != device)];
    }

    private IEnumerable<Measurement<long>> Measure(Func<DeviceMeter, IEnumerable<Measurement<long>>> measure)
    {
        // An array that is replaced, never changed: devices may come and go while a reader is half way through.
        DeviceMeter[] devices;
        lock (_lock) devices = _devices;
        return devices.SelectMany(measure);
    }
}
