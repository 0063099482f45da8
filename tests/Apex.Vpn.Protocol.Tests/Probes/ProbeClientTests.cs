using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Probes;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Probes;

/// <summary>The client against a network of the test's own, on time that jumps to whatever is waited for.</summary>
public sealed class ProbeClientTests : IDisposable
{
    private static readonly DateTimeOffset Issued = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private readonly JumpingTime _time = new();
    private readonly FakeLink _link;
    private readonly ProbeEpoch _epoch = new(7, ProbeSecret.Generate());
    private readonly List<ProbeTarget> _targets = [];

    public ProbeClientTests() => _link = new FakeLink(_time);

    [Fact]
    public async Task Three_probes_are_sent_about_100_ms_apart_and_their_round_trips_told()
    {
        _link.Answer = static (_, probe) => TimeSpan.FromMilliseconds(10 + probe);
        ProbeResult result = Assert.Single(await MeasureAsync(Target(1)));
        Assert.Equal([10, 11, 12], result.RoundTrips.Select(static trip => trip.TotalMilliseconds));
        Assert.Equal(3, result.Sent);
        Assert.Equal(0, result.Loss);
        Assert.Equal(TimeSpan.FromMilliseconds(10), result.Shortest);
        Assert.Equal(2, _time.Waits.Count); // nobody waits for answers that are there
        Assert.All(_time.Waits, static wait => Assert.InRange(wait.TotalMilliseconds, 75, 125));
    }

    [Fact]
    public async Task Intervals_differ()
    {
        await MeasureAsync(new ProbeClientOptions { Probes = 16, TimeProvider = _time }, Target(1));
        Assert.True(_time.Waits.Take(15).Distinct().Count() > 10);
    }

    [Fact]
    public async Task Requests_are_of_their_target_and_never_the_same_twice()
    {
        ProbeTarget[] targets = [Target(1), Target(2), Target(3)];
        await MeasureAsync(targets);
        Assert.Equal(9, _link.Sent.Count);
        Assert.Equal(9, _link.Sent.Select(static sent => new ProbeRequest(sent.Bytes).Index).Distinct().Count());
        Assert.Equal(9, _link.Sent.Select(static sent => Convert.ToHexString(new ProbeRequest(sent.Bytes).Ephemeral)).Distinct().Count());
        foreach ((UdpEndpoint to, byte[] bytes) in _link.Sent)
        {
            ProbeKey key = targets.Single(target => target.Endpoint == to).Key;
            Assert.True(new ProbeRequest(bytes).IsStamped(key, out uint time));
            Assert.True(new ProbeRequest(bytes).IsAuthentic(key));
            Assert.Equal(1_800_000_000u, time);
        }
    }

    [Fact]
    public async Task What_is_not_answered_in_time_is_lost()
    {
        ProbeTarget silent = Target(1), lossy = Target(2);
        _link.Answer = (target, probe) => target == lossy.Endpoint && probe == 1 ? TimeSpan.FromMilliseconds(5) : null;
        IReadOnlyList<ProbeResult> results = await MeasureAsync(silent, lossy);
        Assert.Same(silent, results[0].Target);
        Assert.Equal(1, results[0].Loss);
        Assert.Null(results[0].Shortest);
        Assert.Equal(2.0 / 3, results[1].Loss, 9);
        Assert.Equal(TimeSpan.FromSeconds(1), _time.Waits[^1]);
    }

    [Fact]
    public async Task What_is_no_answer_counts_for_nothing()
    {
        ProbeTarget target = Target(1), other = Target(2);
        _link.Answer = static (_, _) => null;
        _link.Meanwhile = (round, request) =>
        {
            byte[] good = FakeLink.Reply(target.Key, request);
            foreach (int place in new[] { 0, 4, 8, 31, 32, 63 })
            {
                byte[] bad = [.. good];
                bad[place] ^= 1;
                round.Take(bad, 0);
            }
            round.Take(good.AsSpan(..^1), 0);
            round.Take([.. good, 0], 0);
            round.Take(FakeLink.Reply(other.Key, request), 0); // of the right index, by somebody with another node's key
        };
        Assert.Empty(Assert.Single(await MeasureAsync(target)).RoundTrips);
    }

    [Fact]
    public async Task A_repeated_answer_counts_once()
    {
        ProbeTarget target = Target(1);
        _link.Meanwhile = (round, request) =>
        {
            byte[] reply = FakeLink.Reply(target.Key, request);
            for (int i = 0; i < 5; i++) round.Take(reply, _time.GetTimestamp());
        };
        Assert.Equal(3, Assert.Single(await MeasureAsync(target)).RoundTrips.Count);
    }

    [Theory]
    [InlineData(1970, 2027)]
    [InlineData(2090, 2027)]
    public async Task A_clients_wall_clock_makes_no_difference_wrong_or_set_right(int wrong, int right)
    {
        _time.Wall = new DateTimeOffset(wrong, 1, 1, 0, 0, 0, TimeSpan.Zero);
        SignedTime signed = SignedTime.Arrived(Issued, _time);
        _time.Wall = new DateTimeOffset(right, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _time.Pass(TimeSpan.FromHours(1));
        Assert.Equal(Issued.AddHours(1), signed.Now(_time));
        ProbeTarget target = Target(1);
        await Client().MeasureAsync([target], signed);
        Assert.True(new ProbeRequest(_link.Sent[0].Bytes).IsStamped(target.Key, out uint time));
        Assert.Equal(1_800_003_600u, time);
    }

    [Fact]
    public async Task It_can_be_cancelled_and_used_again()
    {
        using var cancelling = new CancellationTokenSource();
        ProbeTarget target = Target(1);
        ProbeClient client = Client();
        _link.Meanwhile = (_, _) => cancelling.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.MeasureAsync([target], SignedTime.Arrived(Issued, _time), cancelling.Token));
        Assert.Single(_link.Sent);
        _link.Meanwhile = null;
        Assert.Equal(0, Assert.Single(await client.MeasureAsync([target], SignedTime.Arrived(Issued, _time))).Loss);
    }

    [Fact]
    public async Task One_measurement_goes_on_at_a_time()
    {
        ProbeTarget target = Target(1);
        ProbeClient client = Client();
        SignedTime time = SignedTime.Arrived(Issued, _time);
        Task? second = null;
        _link.Meanwhile = (_, _) => second ??= client.MeasureAsync([target], time);
        await client.MeasureAsync([target], time);
        await Assert.ThrowsAsync<InvalidOperationException>(() => second!);
    }

    [Fact]
    public async Task No_targets_have_no_results() => Assert.Empty(await MeasureAsync());

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Refuse(new ProbeClientOptions { Probes = 0 });
        Refuse(new ProbeClientOptions { Interval = TimeSpan.Zero });
        Refuse(new ProbeClientOptions { Jitter = TimeSpan.FromSeconds(1) });
        Refuse(new ProbeClientOptions { Patience = TimeSpan.Zero });

        void Refuse(ProbeClientOptions options) =>
            Assert.Throws<ArgumentOutOfRangeException>(() => new ProbeClient(_link, options, SecureRandom.Shared));
    }

    public void Dispose()
    {
        foreach (ProbeTarget target in _targets) target.Dispose();
        _epoch.Secret.Dispose();
    }

    private ProbeTarget Target(byte number)
    {
        using var key = PrivateKey.Generate();
        _targets.Add(new ProbeTarget(UdpEndpoint.FromIPv4(0xC0000200u + number, 51820), key.DerivePublicKey(), _epoch));
        _link.Keys[_targets[^1].Endpoint] = _targets[^1].Key;
        return _targets[^1];
    }

    private ProbeClient Client(ProbeClientOptions? options = null) =>
        new(_link, options ?? new ProbeClientOptions { TimeProvider = _time }, SecureRandom.Shared);

    private Task<IReadOnlyList<ProbeResult>> MeasureAsync(params ProbeTarget[] targets) =>
        Client().MeasureAsync(targets, SignedTime.Arrived(Issued, _time));

    private Task<IReadOnlyList<ProbeResult>> MeasureAsync(ProbeClientOptions options, params ProbeTarget[] targets) =>
        Client(options).MeasureAsync(targets, SignedTime.Arrived(Issued, _time));

    /// <summary>Answers at once, with an arrival as late as the test says.</summary>
    private sealed class FakeLink(JumpingTime time) : IProbeLink
    {
        private ProbeRound? _round;

        internal Dictionary<UdpEndpoint, ProbeKey> Keys { get; } = [];

        internal List<(UdpEndpoint To, byte[] Bytes)> Sent { get; } = [];

        /// <summary>How long the answer to a target's nth probe takes; null for none.</summary>
        internal Func<UdpEndpoint, int, TimeSpan?> Answer { get; set; } = static (_, _) => TimeSpan.FromMilliseconds(1);

        /// <summary>What happens between a probe and its answer.</summary>
        internal Action<ProbeRound, byte[]>? Meanwhile { get; set; }

        internal static byte[] Reply(ProbeKey key, byte[] request)
        {
            byte[] reply = new byte[ProbeReply.Size];
            ProbeReply.Write(reply, key, new ProbeRequest(request), SecureRandom.Shared);
            return reply;
        }

        public void Send(ReadOnlySpan<byte> datagram, UdpEndpoint target)
        {
            int probe = Sent.Count(sent => sent.To == target);
            byte[] request = datagram.ToArray();
            Sent.Add((target, request));
            Meanwhile?.Invoke(_round!, request);
            if (Answer(target, probe) is { } trip) _round!.Take(Reply(Keys[target], request), time.GetTimestamp() + trip.Ticks);
        }

        public Task ReceiveAsync(ProbeRound round, TimeProvider time, CancellationToken cancellationToken)
        {
            _round = round;
            return Task.CompletedTask;
        }
    }

    /// <summary>Whoever waits has waited; the wall clock shows what it is set to.</summary>
    private sealed class JumpingTime : TimeProvider
    {
        private readonly Lock _lock = new();
        private long _now = 1;

        internal List<TimeSpan> Waits { get; } = [];

        internal DateTimeOffset Wall { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public override DateTimeOffset GetUtcNow() => Wall;

        internal void Pass(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (_lock) Waits.Add(dueTime);
            Pass(dueTime);
            ThreadPool.QueueUserWorkItem(_ => callback(state));
            return new Spent();
        }

        private sealed class Spent : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => default;
        }
    }
}
