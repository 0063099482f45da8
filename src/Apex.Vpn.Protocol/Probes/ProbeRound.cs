using System.Diagnostics.CodeAnalysis;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Probes;

namespace Apex.Vpn.Protocol.Probes;

/// <summary>One measurement: which probes are under way, and what came back.</summary>
/// <remarks>One thread asks, another takes replies.</remarks>
internal sealed class ProbeRound(IReadOnlyList<ProbeTarget> targets, ProbeClientOptions options, EngineRandom random)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<uint, Asked> _underWay = [];
    private readonly List<TimeSpan>[] _roundTrips = [.. targets.Select(static _ => new List<TimeSpan>())];
    private readonly int[] _sent = new int[targets.Count];
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _allAsked;

    /// <summary>Completes when all were asked and all have answered.</summary>
    internal Task Answered => _answered.Task;

    /// <summary>Writes the next probe to a target, and notes that it is sent now.</summary>
    internal void Ask(int target, SignedTime time, Span<byte> request)
    {
        uint seconds = unchecked((uint)time.Now(options.TimeProvider).ToUnixTimeSeconds());
        lock (_lock)
        {
            uint index = random.NextUInt32();
            while (_underWay.ContainsKey(index)) index = random.NextUInt32();
            ProbeRequest.Write(request, targets[target].Key, index, seconds, random);
            byte[] mac = CookieLayout.Mac1(request).ToArray();
            _sent[target]++;
            // Last, since all before takes longer than a short way.
            _underWay.Add(index, new Asked(target, mac, options.TimeProvider.GetTimestamp()));
        }
    }

    /// <summary>All probes were sent.</summary>
    internal void AllAsked()
    {
        lock (_lock)
        {
            _allAsked = true;
            CompleteIfDone();
        }
    }

    /// <summary>Takes a datagram that came at a time. Anything but the first genuine answer to a probe of this round is passed over.</summary>
    internal void Take(ReadOnlySpan<byte> datagram, long at)
    {
        if (!ProbeReply.TryReadIndex(datagram, out uint index)) return;
        lock (_lock)
        {
            if (!TryFind(index, datagram, out Asked? asked)) return;
            _underWay.Remove(index);
            _roundTrips[asked.Target].Add(options.TimeProvider.GetElapsedTime(asked.At, at));
            CompleteIfDone();
        }
    }

    internal ProbeResult[] Results()
    {
        lock (_lock) return [.. targets.Select((target, i) => new ProbeResult(target, _sent[i], [.. _roundTrips[i]]))];
    }

    private bool TryFind(uint index, ReadOnlySpan<byte> reply, [NotNullWhen(true)] out Asked? asked) =>
        _underWay.TryGetValue(index, out asked) && ProbeReply.Answers(reply, targets[asked.Target].Key, asked.Mac);

    private void CompleteIfDone()
    {
        if (_allAsked && _underWay.Count == 0) _answered.TrySetResult();
    }

    private sealed record Asked(int Target, byte[] Mac, long At);
}
