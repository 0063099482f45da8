using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Protocol.Tests.Diagnostics;

public sealed class DeviceMeterTests
{
    [Fact]
    public void Instruments_carry_the_documented_names_and_units()
    {
        using var factory = new Factory();
        using var meter = new DeviceMeter(new DeviceCounters(), "wg0", factory);
        using var listener = new Listener(factory);

        Assert.Equal(
            [
                ("apex.vpn.handshake.duration", "s"),
                ("apex.vpn.handshakes", "{handshake}"),
                ("apex.vpn.network.io", "By"),
                ("apex.vpn.packets", "{packet}"),
                ("apex.vpn.packets.dropped", "{packet}"),
                ("apex.vpn.peers.active", "{peer}"),
                ("apex.vpn.probes.answered", "{probe}"),
            ],
            listener.Instruments.Select(static instrument => (instrument.Name, instrument.Unit)).Order());
        Assert.All(listener.Instruments, static instrument => Assert.Equal("Apex.Vpn.Protocol", instrument.Meter.Name));
        Assert.All(listener.Instruments, static instrument => Assert.False(string.IsNullOrEmpty(instrument.Description)));
    }

    [Fact]
    public void What_workers_count_is_what_a_listener_collects()
    {
        using var factory = new Factory();
        var counters = new DeviceCounters();
        using var meter = new DeviceMeter(counters, "wg0", factory);
        using var listener = new Listener(factory);
        WorkerCounters worker = counters.AddWorker();
        worker.Add(CounterKind.ReceivedBytes, 10);
        worker.Add(CounterKind.SentBytes, 20);
        worker.Add(CounterKind.ReceivedPackets, 1);
        worker.Add(CounterKind.SentPackets, 2);
        worker.Add(CounterKind.HandshakesCompleted, 3);
        worker.Add(CounterKind.HandshakesAbandoned, 4);
        worker.Add(CounterKind.ActivePeers, 5);
        worker.Add(CounterKind.ProbesAnswered, 7);
        worker.Drop(DropReason.Replayed, 6);

        Assert.Equal(
            [
                "apex.vpn.handshakes apex.vpn.handshake.outcome=abandoned network.interface.name=wg0: 4",
                "apex.vpn.handshakes apex.vpn.handshake.outcome=completed network.interface.name=wg0: 3",
                "apex.vpn.network.io network.interface.name=wg0 network.io.direction=receive: 10",
                "apex.vpn.network.io network.interface.name=wg0 network.io.direction=transmit: 20",
                "apex.vpn.packets network.interface.name=wg0 network.io.direction=receive: 1",
                "apex.vpn.packets network.interface.name=wg0 network.io.direction=transmit: 2",
                "apex.vpn.packets.dropped apex.vpn.drop.reason=replayed network.interface.name=wg0: 6",
                "apex.vpn.peers.active network.interface.name=wg0: 5",
                "apex.vpn.probes.answered network.interface.name=wg0: 7",
            ],
            listener.Collect());
    }

    [Fact]
    public void Every_reason_but_none_becomes_a_tag()
    {
        using var factory = new Factory();
        var counters = new DeviceCounters();
        using var meter = new DeviceMeter(counters, "wg0", factory);
        using var listener = new Listener(factory);
        WorkerCounters worker = counters.AddWorker();
        foreach (DropReason reason in Enum.GetValues<DropReason>()) worker.Drop(reason);

        string[] expected =
        [
            .. Enum.GetValues<DropReason>().Where(static reason => reason != DropReason.None).Select(static reason =>
                $"apex.vpn.packets.dropped apex.vpn.drop.reason={DropReasonNames.ToText(reason)} network.interface.name=wg0: 1"),
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), listener.Collect().Where(static line => line.Contains("dropped", StringComparison.Ordinal)));
    }

    [Fact]
    public void Handshakes_are_timed_in_seconds_by_role()
    {
        using var factory = new Factory();
        using var meter = new DeviceMeter(new DeviceCounters(), "wg0", factory);
        using var listener = new Listener(factory);

        meter.HandshakeCompleted(initiator: true, TimeSpan.FromMilliseconds(250));
        meter.HandshakeCompleted(initiator: false, TimeSpan.FromMilliseconds(500));

        Assert.Equal(
            [
                "apex.vpn.handshake.duration apex.vpn.handshake.role=initiator network.interface.name=wg0: 0.25",
                "apex.vpn.handshake.duration apex.vpn.handshake.role=responder network.interface.name=wg0: 0.5",
            ],
            listener.Recorded());
    }

    [Fact]
    public void Devices_come_and_go_without_new_instruments()
    {
        using var factory = new Factory();
        using var listener = new Listener(factory);
        using var stays = new DeviceMeter(new DeviceCounters(), "wg0", factory);
        for (int i = 0; i < 10; i++)
        {
            var goes = new DeviceMeter(new DeviceCounters(), "wg1", factory);
            Assert.Contains("apex.vpn.peers.active network.interface.name=wg1: 0", listener.Collect());
            goes.Dispose();
            goes.Dispose();
        }

        Assert.Equal(7, listener.Instruments.Count);
        Assert.Equal(["apex.vpn.peers.active network.interface.name=wg0: 0"], listener.Collect().Where(static line => line.Contains("peers", StringComparison.Ordinal)));
    }

    [Fact]
    public void Without_a_factory_the_process_has_one_meter()
    {
        string name = "wg-" + Guid.NewGuid().ToString("N");
        using var meter = new DeviceMeter(new DeviceCounters(), name, factory: null);
        using var listener = new Listener(scope: null);

        Assert.Contains($"apex.vpn.peers.active network.interface.name={name}: 0", listener.Collect());
    }

    private sealed class Factory : IMeterFactory
    {
        private readonly ConcurrentBag<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            options.Scope = this;
            var meter = new Meter(options);
            _meters.Add(meter);
            return meter;
        }

        public void Dispose()
        {
            foreach (Meter meter in _meters) meter.Dispose();
        }
    }

    /// <summary>Hears the instruments of one factory only, so that tests do not hear each other.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly List<string> _lines = [];

        internal Listener(object? scope)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope != scope || instrument.Meter.Name != TelemetryNames.Meter) return;
                Instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _lines.Add(Line(instrument, value, tags)));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _lines.Add(Line(instrument, value, tags)));
            _listener.Start();
        }

        internal List<Instrument> Instruments { get; } = [];

        internal string[] Collect()
        {
            _lines.Clear();
            _listener.RecordObservableInstruments();
            return Recorded();
        }

        internal string[] Recorded() => [.. _lines.Order(StringComparer.Ordinal)];

        public void Dispose() => _listener.Dispose();

        private static string Line<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            IEnumerable<string> sorted = tags.ToArray().OrderBy(static tag => tag.Key, StringComparer.Ordinal).Select(static tag => $"{tag.Key}={tag.Value}");
            return $"{instrument.Name} {string.Join(' ', sorted)}: {value}";
        }
    }
}
