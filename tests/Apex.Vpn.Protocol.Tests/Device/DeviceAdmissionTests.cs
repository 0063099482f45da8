using System.Collections.Concurrent;
using System.Net;
using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Device;

/// <summary>Devices with an authorizer that really answers later, on other threads.</summary>
public sealed class DeviceAdmissionTests : IAsyncLifetime, IDisposable
{
    private const string ServerIp = "10.0.0.1";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly InMemoryNetwork _network = new();
    private readonly InMemoryTun _tun = new();
    private readonly Desk _desk = new();
    private readonly List<WireGuardDevice> _clients = [];
    private readonly PrivateKey _key = PrivateKey.Generate();
    private readonly WireGuardDevice _server;
    private UdpEndpoint _endpoint;

    public DeviceAdmissionTests() => _server = new WireGuardDevice(
        _tun,
        _network.AddHost(IPAddress.Parse("192.0.2.1")),
        new WireGuardDeviceOptions { Admission = new AdmissionOptions { Authorizer = _desk, MaxConcurrentLookups = 2 } });

    public async Task InitializeAsync()
    {
        await _server.ApplyAsync(new DeviceUpdate { PrivateKey = _key, ListenPort = 51820 });
        _server.Up();
        _endpoint = UdpEndpoint.From(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 51820));
    }

    [Fact]
    public async Task A_client_that_nobody_configured_talks_through_the_tunnel_once_it_was_granted()
    {
        (InMemoryTun tun, PublicKey key) = await ConnectAsync(1);
        Question question = await _desk.NextAsync();
        Assert.Equal(new PeerRequest(key, _key.DerivePublicKey()), question.Request);
        Assert.Equal(1, _server.Admission!.GetStatus().ParkedInitiations);
        question.Answer(Grant(1));
        byte[] buffer = new byte[2048];
        int length = Take(_tun, buffer);
        Assert.Equal(Packet(1), buffer[..length]);
        Assert.True(_tun.Inject(InnerPackets.Udp(ServerIp, "10.77.0.1")));
        Assert.Equal(InnerPackets.Udp(ServerIp, "10.77.0.1"), buffer[..Take(tun, buffer)]);
        Assert.True(_server.Admission.GetStatus().AuthorizerAnswers);
        Assert.Equal(1, _server.Admission.GetStatus().Lookups);
    }

    [Fact]
    public async Task A_revocation_ends_a_live_peer_within_a_second()
    {
        (_, PublicKey key) = await ConnectAsync(1);
        (await _desk.NextAsync()).Answer(Grant(1));
        Take(_tun, new byte[2048]);
        _server.Admission!.Revoke(key);
        Assert.True(SpinWait.SpinUntil(() => _server.GetPeer(key) is null, TimeSpan.FromSeconds(1)));
        Assert.Equal(0, _server.Admission.GetStatus().CachedGrants);
    }

    [Fact]
    public async Task An_authorizer_is_called_by_as_many_at_once_as_it_may_be_and_its_exceptions_harm_nobody()
    {
        for (int i = 1; i <= 5; i++) await ConnectAsync(i);
        Eventually(() => _server.Admission!.GetStatus().ParkedInitiations == 5);
        for (int answered = 0; answered < 5; answered++)
        {
            Question question = await _desk.NextAsync();
            if (answered == 0) question.Fail();
            else if (answered == 1) question.Answer(null);
            else question.Answer(Grant(10 + answered));
        }
        Eventually(() => _server.Admission!.GetStatus() is { AdmittedPeers: 3, OpenLookups: 0, ParkedInitiations: 0 });
        Assert.Equal(1, _server.CountDropped(DropReason.AuthorizerAway));
        Assert.Equal(1, _server.CountDropped(DropReason.Unauthorized));
        Assert.Equal(2, _desk.MostAtOnce);
    }

    [Fact]
    public async Task A_grant_without_sense_counts_as_none()
    {
        await ConnectAsync(1);
        (await _desk.NextAsync()).Answer(new PeerGrant { AllowedIPs = null! });
        Eventually(() => _server.CountDropped(DropReason.AuthorizerAway) == 1);
        Assert.False(_server.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_device_that_is_disposed_does_not_wait_for_its_authorizer()
    {
        (_, PublicKey key) = await ConnectAsync(1);
        Question question = await _desk.NextAsync();
        await _server.DisposeAsync();
        await question.Cancelled.WaitAsync(Deadline);
        var presharedKey = PresharedKey.Generate();
        question.Answer(new PeerGrant { PresharedKey = presharedKey });
        Eventually(() => IsErased(presharedKey));
        _server.Admission!.Revoke(key); // too late, and no error
    }

    [Fact]
    public void Without_the_option_there_is_nothing_to_ask() => Assert.Null(MakeClient(9).Device.Admission);

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        AdmissionOptions[] wrong =
        [
            new() { Authorizer = _desk, MaxConcurrentLookups = 0 },
            new() { Authorizer = _desk, MaxCachedGrants = 0 },
            new() { Authorizer = _desk, MaxReplayMarks = 0 },
            new() { Authorizer = _desk, MaxRevokedKeys = 0 },
        ];
        Assert.All(wrong, options => Assert.Throws<ArgumentOutOfRangeException>(() =>
            new WireGuardDevice(new InMemoryTun(), new StubTransport(), new WireGuardDeviceOptions { Admission = options })));
        Assert.Throws<ArgumentNullException>(() => new WireGuardDevice(
            new InMemoryTun(), new StubTransport(), new WireGuardDeviceOptions { Admission = new AdmissionOptions { Authorizer = null! } }));
    }

    public async Task DisposeAsync()
    {
        foreach (WireGuardDevice client in _clients) await client.DisposeAsync();
        await _server.DisposeAsync();
    }

    public void Dispose()
    {
        _tun.Dispose();
        _network.Dispose();
        _desk.Dispose();
        _key.Dispose();
    }

    private static byte[] Packet(int number) => InnerPackets.Udp($"10.77.0.{number}", ServerIp);

    private static PeerGrant Grant(int number) => new() { AllowedIPs = [IPNetwork.Parse($"10.77.0.{number}/32")] };

    private static int Take(InMemoryTun tun, byte[] buffer)
    {
        using var limit = new CancellationTokenSource(Deadline);
        return tun.Take(buffer, limit.Token);
    }

    private static void Eventually(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Deadline));

    private static bool IsErased(PresharedKey key)
    {
        try
        {
            _ = key.IsZero;
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private (WireGuardDevice Device, InMemoryTun Tun) MakeClient(int number)
    {
        var tun = new InMemoryTun($"client{number}");
        var device = new WireGuardDevice(tun, _network.AddHost(IPAddress.Parse($"198.51.{number}.7")));
        _clients.Add(device);
        return (device, tun);
    }

    /// <summary>A usual client, whose first packet begins a handshake.</summary>
    private async Task<(InMemoryTun Tun, PublicKey Key)> ConnectAsync(int number)
    {
        (WireGuardDevice device, InMemoryTun tun) = MakeClient(number);
        using PrivateKey key = PrivateKey.Generate();
        var update = new DeviceUpdate { PrivateKey = key };
        var server = new PeerUpdate(_key.DerivePublicKey()) { Endpoint = _endpoint };
        server.AllowedIps.Add(AllowedIpChange.Add(IPNetwork.Parse("0.0.0.0/0")));
        update.Peers.Add(server);
        await device.ApplyAsync(update);
        device.Up();
        Assert.True(tun.Inject(Packet(number)));
        return (tun, key.DerivePublicKey());
    }

    /// <summary>A question that the test answers.</summary>
    private sealed class Question(PeerRequest request, CancellationToken cancellation)
    {
        private readonly TaskCompletionSource<PeerGrant?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal PeerRequest Request { get; } = request;

        internal Task<PeerGrant?> Answered => _answer.Task;

        internal Task Cancelled
        {
            get
            {
                var cancelled = new TaskCompletionSource();
                cancellation.Register(cancelled.SetResult);
                return cancelled.Task;
            }
        }

        internal void Answer(PeerGrant? grant) => _answer.SetResult(grant);

        internal void Fail() => _answer.SetException(new IOException("The store is away."));
    }

    /// <summary>Hands questions to the test, and counts how many are open at once.</summary>
    private sealed class Desk : IPeerAuthorizer, IDisposable
    {
        private readonly ConcurrentQueue<Question> _questions = new();
        private readonly SemaphoreSlim _any = new(0);
        private readonly Lock _lock = new();
        private int _open;

        internal int MostAtOnce { get; private set; }

        internal async Task<Question> NextAsync()
        {
            Assert.True(await _any.WaitAsync(Deadline));
            return _questions.TryDequeue(out Question? question) ? question : throw new InvalidOperationException();
        }

        public void Dispose() => _any.Dispose();

        public async ValueTask<PeerGrant?> AuthorizeAsync(PeerRequest request, CancellationToken cancellationToken)
        {
            lock (_lock) MostAtOnce = Math.Max(MostAtOnce, ++_open);
            var question = new Question(request, cancellationToken);
            _questions.Enqueue(question);
            _any.Release();
            try
            {
                return await question.Answered;
            }
            finally
            {
                lock (_lock) _open--;
            }
        }
    }
}
