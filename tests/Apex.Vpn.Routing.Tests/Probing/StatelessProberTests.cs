using System.Net;
using System.Net.Sockets;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Probing;
using Apex.Vpn.Routing.Tests.Latency;

namespace Apex.Vpn.Routing.Tests.Probing;

/// <summary>A device on the loopback interface, measured as a client would.</summary>
public sealed class StatelessProberTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly DateTimeOffset Issued = DateTimeOffset.FromUnixTimeSeconds(2_208_988_800);

    private readonly WireGuardDevice _device = new(new InMemoryTun(), UdpTransport.Create());
    private readonly PrivateKey _key = PrivateKey.Generate();
    private readonly ProbeSecret _secret = ProbeSecret.Generate();
    private ushort _port;

    private ProbeEpoch Epoch => new(20_779, _secret);

    private static SignedTime Time => SignedTime.Arrived(Issued, SuspendAwareTimeProvider.Instance);

    public async Task InitializeAsync()
    {
        await _device.ApplyAsync(new DeviceUpdate { PrivateKey = _key });
        _device.AnswerProbes(new ProbeResponderOptions { Current = Epoch, Time = Time });
        _device.Up();
        _port = (await _device.GetStatusAsync()).ListenPort;
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _device.DisposeAsync();
        _key.Dispose();
        _secret.Dispose();
    }

    [Fact]
    public async Task A_server_is_measured_and_the_map_knows_it()
    {
        ServerList list = List(IPAddress.Loopback, _port);
        var map = new LatencyMap();
        map.Adopt(list);
        Assert.True(LatencyTarget.TryCreate(new ProbeOrder(0, IpVersion.V4), list, Issued, out LatencyTarget? target));
        var prober = new StatelessProber(new ProbePlanOptions { RoundBudget = TimeSpan.FromSeconds(10) });
        prober.Update(Epoch, Time);

        LatencyMeasurement measurement = Assert.Single(await prober.MeasureAsync([target]));

        Assert.Same(target, measurement.Target);
        Assert.Equal((3, 3), (measurement.Sent, measurement.RoundTrips.Count));
        Assert.Equal(3, measurement.Record(map, TimeSpan.FromHours(1)));
        Assert.Equal((LatencySource.Measured, 0.0), (map.Estimate(0, TimeSpan.FromHours(1)).Source, map.Estimate(0, TimeSpan.FromHours(1)).Loss));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_a_measurement_of_loss()
    {
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        ServerList list = List(IPAddress.Loopback, (ushort)((IPEndPoint)free.LocalEndPoint!).Port);
        var map = new LatencyMap();
        map.Adopt(list);
        Assert.True(LatencyTarget.TryCreate(new ProbeOrder(0, IpVersion.V4), list, Issued, out LatencyTarget? target));
        var prober = new StatelessProber(new ProbePlanOptions { RoundBudget = TimeSpan.FromMilliseconds(270) });
        prober.Update(Epoch, Time);

        LatencyMeasurement measurement = Assert.Single(await prober.MeasureAsync([target]));

        Assert.Empty(measurement.RoundTrips);
        Assert.Equal(0, measurement.Record(map, TimeSpan.FromHours(1)));
        Assert.Equal(3, map.Find(0, IpVersion.V4)!.LossesInARow);
    }

    [Fact]
    public async Task Sockets_are_prepared_before_they_send_and_a_network_without_any_is_no_error()
    {
        var prepared = new List<EndPoint?>();
        var prober = new StatelessProber(prepare: socket =>
        {
            prepared.Add(socket.LocalEndPoint);
            throw new SocketException((int)SocketError.NetworkDown);
        });
        prober.Update(Epoch, Time);
        Assert.True(LatencyTarget.TryCreate(new ProbeOrder(0, IpVersion.V4), List(IPAddress.Loopback, _port), Issued, out LatencyTarget? target));

        LatencyMeasurement measurement = Assert.Single(await prober.MeasureAsync([target]));

        Assert.Equal([null], prepared); // not bound yet
        Assert.Equal((3, 0), (measurement.Sent, measurement.RoundTrips.Count));
    }

    [Fact]
    public async Task Before_the_epoch_is_known_nothing_can_be_asked() =>
        await Assert.ThrowsAsync<InvalidOperationException>(static () => new StatelessProber().MeasureAsync([]));

    [Fact]
    public async Task A_measurement_can_be_cancelled()
    {
        var prober = new StatelessProber();
        prober.Update(Epoch, Time);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => prober.MeasureAsync([], new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Options_are_checked() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => new StatelessProber(new ProbePlanOptions { ProbesPerServer = 0 }));

    private ServerList List(IPAddress address, ushort port) => Lists.Of(new Server
    {
        Id = Guid.NewGuid(),
        Name = "loopback",
        Place = new Place("Here", default, default),
        Endpoints = [new(TransportKind.WireGuardUdp, UdpEndpoint.From(new IPEndPoint(address, port)))],
        Keys = [new(_key.DerivePublicKey(), Issued, Issued.AddDays(1))],
        Capacity = 1,
    });
}
