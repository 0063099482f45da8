using System.Net;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Notices;

/// <summary>Two devices with their threads, on a network in memory.</summary>
public sealed class DeviceNoticesTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly ControlPlane _plane = new();
    private readonly InMemoryNetwork _network = new();
    private readonly InMemoryTun _clientTun = new(), _nodeTun = new();
    private readonly Listener _listener = new();
    private readonly WireGuardDevice _client, _node;
    private readonly byte[] _buffer = new byte[2048];
    private PublicKey _clientKey, _nodeKey;

    public DeviceNoticesTests()
    {
        _client = new WireGuardDevice(_clientTun, _network.AddHost(IPAddress.Parse("192.0.2.1")), new() { NoticeClient = _plane.Client });
        _node = new WireGuardDevice(
            _nodeTun,
            _network.AddHost(IPAddress.Parse("192.0.2.2")),
            new() { NoticeNode = ControlPlane.NodeAt(Duo.RightIp).NoticeNode, Observer = _listener });
    }

    public async Task InitializeAsync()
    {
        using PrivateKey clientKey = PrivateKey.Generate(), nodeKey = PrivateKey.Generate();
        (_clientKey, _nodeKey) = (clientKey.DerivePublicKey(), nodeKey.DerivePublicKey());
        await Configure(_node, nodeKey, 2000, _clientKey, Duo.LeftIp, endpoint: null);
        await Configure(_client, clientKey, 1000, _nodeKey, Duo.RightIp, "192.0.2.2:2000");
    }

    [Fact]
    public async Task A_node_tells_its_client_and_announces_its_end()
    {
        await SayHello();
        Assert.True(_node.Notices.Notify(_clientKey, NoticeKind.Drain, _plane.Sign(ControlPlane.Drain(1))));
        Notice drain = await Next();
        Assert.Equal((NoticeKind.Drain, 1ul, _nodeKey), (drain.Kind, drain.Sequence, drain.Peer));
        Assert.Equal(ControlPlane.Drain(1).Alternatives, drain.Alternatives);

        Assert.Equal(1, _node.Notices.NotifyAll(NoticeKind.MaintenanceOver, _plane.Sign(ControlPlane.Other(NoticeKind.MaintenanceOver, 2))));
        Assert.Equal(NoticeKind.MaintenanceOver, (await Next()).Kind);

        Assert.Equal(1, await _node.Notices.AnnounceClosingAsync().WaitAsync(Deadline));
        Assert.True(_listener.WasAcknowledged(NoticeKind.Closing)); // before the announcement ended
        Assert.Equal(NoticeKind.Closing, (await Next()).Kind);

        Assert.False(_clientTun.TryTake(_buffer, out _) || _nodeTun.TryTake(_buffer, out _));
        await _node.DisposeAsync();
        await _client.DisposeAsync();
        await _client.Notices.Received.Completion.WaitAsync(Deadline);
    }

    [Fact]
    public async Task A_client_that_is_gone_holds_an_announcement_up_for_a_while_only()
    {
        await SayHello();
        _client.Down();
        Assert.Equal(1, await _node.Notices.AnnounceClosingAsync().WaitAsync(Deadline));
        Assert.False(_listener.WasAcknowledged(NoticeKind.Closing));
    }

    [Fact]
    public async Task The_waiting_can_be_ended_and_so_can_the_device()
    {
        await SayHello();
        _client.Down();
        using var soon = new CancellationTokenSource();
        Task<int> first = _node.Notices.AnnounceClosingAsync(soon.Token), second = _node.Notices.AnnounceClosingAsync();
        await soon.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Deadline));
        await _node.DisposeAsync();
        Assert.Equal(1, await second.WaitAsync(Deadline));
        Assert.Throws<ObjectDisposedException>(() => _node.Notices.NotifyAll(NoticeKind.Closing, []));
    }

    [Fact]
    public async Task Nobody_hears_who_said_no_hello()
    {
        Assert.False(_node.Notices.Notify(_clientKey, NoticeKind.Closing, []));
        Assert.False(_node.Notices.Notify(_nodeKey, NoticeKind.Closing, []));
        Assert.Equal(0, _node.Notices.NotifyAll(NoticeKind.Drain, _plane.Sign(ControlPlane.Drain(1))));
        Assert.Equal(0, await _node.Notices.AnnounceClosingAsync());
    }

    [Fact]
    public void What_is_no_notice_or_not_of_its_kind_is_refused()
    {
        byte[] drain = _plane.Sign(ControlPlane.Drain(1));
        Assert.Throws<ArgumentException>(() => _node.Notices.Notify(_clientKey, NoticeKind.LimitReached, drain));
        Assert.Throws<ArgumentException>(() => _node.Notices.Notify(_clientKey, NoticeKind.Closing, drain));
        Assert.Throws<ArgumentException>(() => _node.Notices.Notify(_clientKey, NoticeKind.Drain, drain.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => _node.Notices.NotifyAll(NoticeKind.Drain, []));
    }

    [Fact]
    public async Task Each_side_needs_its_option()
    {
        Assert.Throws<InvalidOperationException>(() => _node.Notices.SetGateways([]));
        Assert.Throws<InvalidOperationException>(() => _client.Notices.Notify(_nodeKey, NoticeKind.Closing, []));
        Assert.Throws<InvalidOperationException>(() => _client.Notices.NotifyAll(NoticeKind.Closing, []));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _client.Notices.AnnounceClosingAsync());
    }

    [Fact]
    public void Options_out_of_their_range_are_refused()
    {
        NoticeGateway gateway = ControlPlane.Gateway(_nodeKey, Duo.RightIp, Duo.LeftIp);
        Assert.Throws<ArgumentException>(() => _client.Notices.SetGateways([gateway, gateway]));
        Assert.Throws<ArgumentException>(() => _client.Notices.SetGateways([.. Enumerable.Range(0, 9).Select(static i =>
            ControlPlane.Gateway(new PublicKey([(byte)i, .. new byte[31]]), Duo.RightIp, Duo.LeftIp))]));
        Assert.Throws<ArgumentException>(() => ControlPlane.Gateway(_nodeKey, Duo.RightIp, "fd00::1"));
        foreach (int count in new[] { 0, 9 })
        {
            using var tun = new InMemoryTun();
            using var transport = _network.AddHost(IPAddress.Parse("192.0.2.3"));
            var options = new WireGuardDeviceOptions
            {
                NoticeNode = new NoticeNodeOptions { Addresses = [.. Enumerable.Repeat(IPAddress.Loopback, count)] },
            };
            Assert.Throws<ArgumentOutOfRangeException>(() => new WireGuardDevice(tun, transport, options));
        }
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _node.DisposeAsync();
    }

    public void Dispose()
    {
        _clientTun.Dispose();
        _nodeTun.Dispose();
        _network.Dispose();
    }

    private static async Task Configure(WireGuardDevice device, PrivateKey key, ushort port, PublicKey peer, string allowedIp, string? endpoint)
    {
        var update = new DeviceUpdate { PrivateKey = key, ListenPort = port };
        update.Peers.Add(new PeerUpdate(peer)
        {
            Endpoint = endpoint is null ? null : UdpEndpoint.From(IPEndPoint.Parse(endpoint)),
            AllowedIps = { AllowedIpChange.Add(IPNetwork.Parse(allowedIp + "/32")) },
        });
        await device.ApplyAsync(update);
        device.Up();
    }

    /// <summary>Makes a session, and only then names the gateway: the hello comes in the session that stands.</summary>
    private async Task SayHello()
    {
        Assert.True(_clientTun.Inject(Duo.ToRight()));
        Assert.True(SpinWait.SpinUntil(() => _nodeTun.TryTake(_buffer, out _), Deadline));
        _client.Notices.SetGateways([ControlPlane.Gateway(_nodeKey, Duo.RightIp, Duo.LeftIp)]);
        await _listener.Hello.WaitAsync(Deadline);
    }

    private async Task<Notice> Next()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await _client.Notices.Received.ReadAsync(deadline.Token);
    }

    private sealed class Listener : DeviceObserver
    {
        private readonly TaskCompletionSource _hello = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Dictionary<NoticeKind, bool> _ended = [];

        internal Task Hello => _hello.Task;

        internal bool WasAcknowledged(NoticeKind kind)
        {
            lock (_ended) return _ended[kind];
        }

        public override void NoticeHello(PublicKey peer, Guid instance) => _hello.TrySetResult();

        public override void NoticeEnded(PublicKey peer, NoticeKind kind, bool acknowledged)
        {
            lock (_ended) _ended[kind] = acknowledged;
        }
    }
}
