using System.Net;
using System.Net.Sockets;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Probes;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Probes;

/// <summary>A device and a client on real sockets of the loopback interface.</summary>
public sealed class ProbeSocketTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly WireGuardDevice _device = new(new InMemoryTun(), UdpTransport.Create());
    private readonly PrivateKey _key = PrivateKey.Generate();
    private readonly ProbeSecret _secret = ProbeSecret.Generate();
    private ushort _port;

    private ProbeEpoch Epoch => new(20_779, _secret);

    // Seconds of the year 2040: what counts is what was signed, here and there.
    private static SignedTime Time => SignedTime.Arrived(DateTimeOffset.FromUnixTimeSeconds(2_208_988_800), SuspendAwareTimeProvider.Instance);

    public async Task InitializeAsync()
    {
        await _device.ApplyAsync(new DeviceUpdate { PrivateKey = _key });
        _device.AnswerProbes(new ProbeResponderOptions { Current = Epoch, Time = Time });
        _device.Up();
        _port = (await _device.GetStatusAsync()).ListenPort;
    }

    [Theory]
    [InlineData("127.0.0.1", AddressFamily.InterNetwork)]
    [InlineData("127.0.0.1", AddressFamily.InterNetworkV6)]
    [InlineData("::1", AddressFamily.InterNetworkV6)]
    public async Task A_device_answers_over_a_plain_socket(string address, AddressFamily family)
    {
        using var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        if (family == AddressFamily.InterNetworkV6) socket.DualMode = true;
        using ProbeTarget target = Target(address);
        AssertAnswered(Assert.Single(await new ProbeClient(socket, Patient).MeasureAsync([target], Time)));
    }

    [Fact]
    public async Task A_device_answers_over_a_transport_time_after_time()
    {
        using IUdpTransport transport = UdpTransport.Create();
        transport.Open(0);
        using ProbeTarget target = Target("127.0.0.1");
        var client = new ProbeClient(transport, Patient);
        AssertAnswered(Assert.Single(await client.MeasureAsync([target], Time)));
        AssertAnswered(Assert.Single(await client.MeasureAsync([target], Time)));
    }

    [Fact]
    public async Task Many_targets_are_measured_by_one_socket_and_those_that_are_away_hold_up_nobody()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using ProbeTarget there = Target("127.0.0.1"), also = Target("127.0.0.2");
        // Nobody listens there: the kernel answers by an ICMP error, which the socket reports.
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var away = new ProbeTarget(UdpEndpoint.From((IPEndPoint)free.LocalEndPoint!), _key.DerivePublicKey(), Epoch);
        free.Dispose();
        var options = new ProbeClientOptions { Interval = TimeSpan.FromMilliseconds(10), Jitter = TimeSpan.Zero, Patience = TimeSpan.FromSeconds(2) };
        IReadOnlyList<ProbeResult> results = await new ProbeClient(socket, options).MeasureAsync([away, there, also], Time);
        Assert.Equal(1, results[0].Loss);
        AssertAnswered(results[1]);
        AssertAnswered(results[2]);
    }

    [Fact]
    public async Task A_device_whose_probes_were_ended_is_silent()
    {
        _device.AnswerProbes(null);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using ProbeTarget target = Target("127.0.0.1");
        var options = new ProbeClientOptions { Interval = TimeSpan.FromMilliseconds(10), Jitter = TimeSpan.Zero, Patience = TimeSpan.FromMilliseconds(50) };
        ProbeResult result = Assert.Single(await new ProbeClient(socket, options).MeasureAsync([target], Time));
        Assert.Equal(1, result.Loss);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (_device.CountDropped(DropReason.InvalidMac1) != 3)
        {
            Assert.False(deadline.IsCancellationRequested, "Not all of its probes were counted.");
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_measurement_on_sockets_can_be_cancelled()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using ProbeTarget target = Target("127.0.0.1");
        using var cancelling = new CancellationTokenSource();
        Task measuring = new ProbeClient(socket, Patient).MeasureAsync([target], Time, cancelling.Token);
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => measuring);
    }

    [Fact]
    public async Task Rates_out_of_range_and_disposed_secrets_are_refused_and_a_disposed_device_answers_none()
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _device.AnswerProbes(new ProbeResponderOptions { Current = Epoch, Time = Time, AnswersInAll = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _device.AnswerProbes(new ProbeResponderOptions { Current = Epoch, Time = Time, AnswersPerNetwork = 1_000_001 }));
        var gone = ProbeSecret.Generate();
        gone.Dispose();
        Assert.Throws<ObjectDisposedException>(
            () => _device.AnswerProbes(new ProbeResponderOptions { Current = new ProbeEpoch(1, gone), Time = Time }));
        await _device.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => _device.AnswerProbes(new ProbeResponderOptions { Current = Epoch, Time = Time }));
    }

    [Fact]
    public void A_stream_socket_is_refused()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<ArgumentException>(() => new ProbeClient(socket, null));
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _device.DisposeAsync();
        _key.Dispose();
        _secret.Dispose();
    }

    private static ProbeClientOptions Patient => new() { Interval = TimeSpan.FromMilliseconds(10), Jitter = TimeSpan.FromMilliseconds(5), Patience = TimeSpan.FromSeconds(20) };

    private static void AssertAnswered(ProbeResult result)
    {
        Assert.Equal(3, result.RoundTrips.Count);
        Assert.All(result.RoundTrips, static trip => Assert.True(trip > TimeSpan.Zero));
    }

    private ProbeTarget Target(string address) =>
        new(UdpEndpoint.From(new IPEndPoint(IPAddress.Parse(address), _port)), _key.DerivePublicKey(), Epoch);
}
