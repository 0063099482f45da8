using System.Diagnostics;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Fuzz.Stress;

/// <summary>
/// Engines under real threads: a hub and its clients push packets at each other, get new sessions every 10 ms and have their configuration
/// changed under them. Turmoil and calm alternate; in each calm every pair must hear each other again.
/// </summary>
internal sealed class StressRun
{
    private const int RekeyMilliseconds = 10;

    /// <summary>Packets from one node to another after which they count as talking again.</summary>
    private const int HeardAgain = 50;

    private static readonly TimeSpan Turmoil = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan ResumesWithin = TimeSpan.FromSeconds(60);

    // Losing nothing, the network gives no cause for these; nor for unauthentic messages unless indices come back at once.
    private static readonly DropReason[] Never =
    [
        DropReason.MalformedMessage, DropReason.MalformedInnerPacket, DropReason.MalformedOutbound, DropReason.CongestionNotEcnCapable,
        DropReason.CounterExhausted, DropReason.LowOrderKey,
    ];

    private static readonly DropReason[] OnTheWayOut =
    [
        DropReason.MalformedOutbound, DropReason.NoRoute, DropReason.NoEndpoint, DropReason.FilteredOutbound,
        DropReason.StagedOverflow, DropReason.StagedMemory, DropReason.StagedAbandoned,
    ];

    private readonly StressNetwork _network;
    private readonly StressChanges _changes;
    private readonly bool _measuresMemory;
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private int _rounds;
    private long _renewedAt;
    private long _renewals;
    private long _lastBatches;
    private int _keys;
    private TimeSpan _slowest;

    private StressRun(StressNetwork network, bool measuresMemory)
    {
        _network = network;
        _changes = new StressChanges(network);
        _measuresMemory = measuresMemory;
    }

    /// <summary>Runs and tells what was wrong; nothing when all was well.</summary>
    /// <param name="options">How long and how hard.</param>
    /// <param name="report">Takes lines of text: what happened.</param>
    /// <param name="measuresMemory">Whether to hold the process's memory against where it began; for a process that does nothing else.</param>
    internal static IReadOnlyList<string> Execute(StressOptions options, Action<string> report, bool measuresMemory)
    {
        if (options.Yields) InjectedYields.Install(RandomYields.Yield);
        using var network = new StressNetwork(options);
        var run = new StressRun(network, measuresMemory);
        run.Execute();
        run.Report(report);
        return [.. network.Failures];
    }

    private void Execute()
    {
        long floor = Memory();
        _changes.LinkAll();
        _network.Start();
        _network.Sending.Set();
        while (_elapsed.Elapsed < _network.Options.Duration && !_network.Failed.IsSet)
        {
            Disturb();
            Rest();
            if (_rounds % 2 == 1) WakeAll();
            _rounds++;
        }
        _network.Sending.Reset();
        _network.End();
        foreach (StressNode node in _network.Nodes) AssertFloor(node);
        foreach (string violation in _network.Aead.Violations) _network.Fail(violation);
        _keys = _network.Aead.Keys;
        if (_measuresMemory) AssertMemory(floor);
    }

    private void Disturb()
    {
        TimeSpan end = _elapsed.Elapsed + Turmoil;
        while (_elapsed.Elapsed < end && !_network.Failed.Wait(millisecondsTimeout: 2))
        {
            Tick();
            _changes.Change();
        }
        _changes.Settle();
    }

    /// <summary>Nothing changes but sessions: every pair must hear each other again.</summary>
    private void Rest()
    {
        (int Source, int Destination)[] pairs = Pairs();
        long[] before = [.. pairs.Select(pair => _network.Heard(pair.Source, pair.Destination))];
        TimeSpan start = _elapsed.Elapsed;
        bool[] well = new bool[pairs.Length];
        while (well.Contains(false) && !_network.Failed.Wait(millisecondsTimeout: 2))
        {
            Tick();
            for (int i = 0; i < pairs.Length; i++)
            {
                well[i] |= _network.Heard(pairs[i].Source, pairs[i].Destination) >= before[i] + HeardAgain;
            }
            if (_elapsed.Elapsed - start <= ResumesWithin) continue;
            string silent = string.Join(", ", pairs.Where((_, i) => !well[i]).Select(static pair => $"{pair.Source} to {pair.Destination}"));
            _network.Fail($"Round {_rounds}: nothing passes from {silent} although nothing changes.");
        }
        TimeSpan took = _elapsed.Elapsed - start;
        if (took > _slowest) _slowest = took;
    }

    /// <summary>
    /// Without sessions, other packets, changes or time that passes, one packet goes from node to node, and each handshake on its way is made by
    /// wake-ups alone: one that gets lost leaves the packet where it is.
    /// </summary>
    private void WakeAll()
    {
        _network.Sending.Reset();
        foreach ((int source, int destination) in Pairs())
        {
            bool isQuiet = _network.Drain(ResumesWithin);
            _network.Clock.Advance(TimeSpan.FromSeconds(1)); // the next handshake is not too early after the last
            isQuiet &= _network.PostToAll(static engine => engine.EraseSessions(), ResumesWithin) && _network.Drain(ResumesWithin);
            if (_network.Failed.IsSet) return;
            if (!isQuiet) _network.Fail($"Round {_rounds}: the network does not come to rest.");
            long before = _network.Heard(source, destination);
            TimeSpan start = _elapsed.Elapsed;
            _changes.SendOne(source, destination);
            while (_network.Heard(source, destination) == before && !_network.Failed.Wait(millisecondsTimeout: 1))
            {
                if (_elapsed.Elapsed - start > ResumesWithin) _network.Fail($"Round {_rounds}: a packet from {source} to {destination} waits for ever.");
            }
        }
        _network.Sending.Set();
    }

    private (int Source, int Destination)[] Pairs() =>
        [.. _network.Clients.SelectMany(static client => new[] { (StressNetwork.Hub, client.Index), (client.Index, StressNetwork.Hub) })];

    private void Tick()
    {
        long batches = _network.Clock.Batches;
        if (_elapsed.ElapsedMilliseconds - _renewedAt >= RekeyMilliseconds)
        {
            _renewedAt = _elapsed.ElapsedMilliseconds;
            _changes.Renew(fromHub: _renewals++ % 2 == 0);
        }
        // When all wait for a deadline, time must go on without work.
        if (batches == _lastBatches) _network.Clock.Advance(TimeSpan.FromSeconds(1));
        _lastBatches = batches;
    }

    private void AssertFloor(StressNode node)
    {
        WireGuardEngine engine = node.Engine;
        node.RunControl();
        engine.RemoveAllPeers();
        node.RunControl();
        Expect(node, "keys", engine.Context.Keys.Live);
        Expect(node, "handshake secrets", engine.Context.HandshakeSecrets.Live);
        Expect(node, "waiting packets", engine.Context.Staging.LentBuffers);
        Expect(node, "bytes of waiting packets", engine.Context.Staging.UsedBytes);
        Expect(node, "receiver indices", engine.Context.Indices.Count);
        Expect(node, "deadlines", engine.Context.Wheel.Count);
        Expect(node, "retired keypairs", engine.Context.Quiescence.Pending);
        Expect(node, "active peers", engine.Context.Counters.Read(CounterKind.ActivePeers));
        foreach (DropReason reason in Never) Expect(node, $"drops as {reason}", Dropped(node, reason));
        if (!_network.Options.FewIndices) Expect(node, "unauthentic messages", Dropped(node, DropReason.Unauthentic));
        (long offered, long emitted) = node.Flow;
        Expect(node, "packets that vanished", offered - emitted - OnTheWayOut.Sum(reason => Dropped(node, reason)));
    }

    private static long Dropped(StressNode node, DropReason reason) => node.Engine.Context.Counters.Dropped(reason);

    private void Expect(StressNode node, string what, long left)
    {
        if (left != 0) _network.Fail($"Node {node.Index} is left with {left} {what}.");
    }

    private void AssertMemory(long floor)
    {
        _network.Aead.Forget();
        _network.Packets.Forget();
        long left = Memory() - floor;
        if (left > 4 << 20) _network.Fail($"{left >> 10} KiB of managed memory are left.");
    }

    private static long Memory() => GC.GetTotalMemory(forceFullCollection: true);

    private void Report(Action<string> report)
    {
        double seconds = _elapsed.Elapsed.TotalSeconds;
        report($"{_network.Delivered:N0} packets delivered, {_keys:N0} keys, "
            + $"{_network.Nodes.Sum(static node => node.Engine.Context.Counters.Read(CounterKind.HandshakesCompleted)):N0} sessions, "
            + $"{_rounds} rounds in {seconds:N1} s; traffic resumed after {_slowest.TotalMilliseconds:N0} ms at the latest.");
        for (var reason = DropReason.None + 1; (int)reason < DropReasonNames.Count; reason++)
        {
            long dropped = _network.Nodes.Sum(node => Dropped(node, reason));
            if (dropped != 0) report($"  {dropped,12:N0} {DropReasonNames.ToText(reason)}");
        }
    }
}
