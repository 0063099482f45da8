using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Probes;

/// <summary>
/// Answers "how far are you?" without state, to whoever has the epoch's secret. Off until it is given one.
/// </summary>
/// <remarks>
/// <para>A receiving worker finds out what is a probe; the control worker answers, in the turn, by the batch and at the cost of a cookie
/// reply. So an answer waits for the same things as a cookie does and leaves at the same moment, and neither holds up data: whoever carries
/// data sends no answers.</para>
/// <para>Keys are replaced by the control worker alone. A message carries the key that it fitted, and whoever fitted a key that is being
/// erased gets no answer.</para>
/// </remarks>
internal sealed class ProbeResponder(SourceHash hash) : IDisposable
{
    private ProbeSettings? _settings; // the control worker's, as the next
    private PublicKey? _node;
    private InForce? _inForce;        // control worker writes, any worker reads

    /// <summary>Begins to answer, goes on with other secrets, or ends by null. Control worker.</summary>
    /// <param name="settings">Owned from now on.</param>
    /// <param name="node">The node's public key; null while it has none.</param>
    internal void Apply(ProbeSettings? settings, PublicKey? node)
    {
        _settings?.Dispose();
        _settings = settings;
        Derive(node);
    }

    /// <summary>The node has another public key, perhaps. Control worker.</summary>
    internal void Follow(PublicKey? node)
    {
        if (node != _node) Derive(node);
    }

    /// <summary>Whether a message whose mac1 fits no identity is a probe to be answered, and by which key. Any worker.</summary>
    /// <param name="message">As long as an initiation, and of its type.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="now">The time.</param>
    /// <param name="key">Set when the reason is none.</param>
    /// <remarks>
    /// What is no probe costs two hashes of one block each, less than the mac1 check before: the MAC is looked at only if the stamp fits,
    /// which takes the key, or luck once in 2^96.
    /// </remarks>
    internal DropReason Check(ReadOnlySpan<byte> message, in UdpEndpoint source, Instant now, out ProbeKey? key)
    {
        key = null;
        var request = new ProbeRequest(message);
        if (Volatile.Read(ref _inForce) is not { } inForce || !request.IsPossible) return DropReason.InvalidMac1;
        ProbeKey found = inForce.Current;
        if (!request.IsStamped(found, out uint time))
        {
            if (inForce.Previous is not { } previous || !request.IsStamped(previous, out time)) return DropReason.InvalidMac1;
            found = previous;
        }
        if (!request.IsAuthentic(found)) return DropReason.ProbeUnauthentic;
        if (!inForce.Clock.Allows(time, now)) return DropReason.ProbeUntimely;
        if (!inForce.Shares.TryTake(in source, now)) return DropReason.ProbeRateLimited;
        key = found;
        return DropReason.None;
    }

    /// <summary>Whether a key is still good for an answer. Control worker.</summary>
    internal bool IsInForce(ProbeKey key) => _inForce is { } inForce && (key == inForce.Current || key == inForce.Previous);

    public void Dispose() => Apply(null, null);

    private void Derive(PublicKey? node)
    {
        _node = node;
        InForce? former = _inForce;
        InForce? next = null;
        if (_settings is { } settings && node is { } key)
        {
            // Shares go on: who used them up does not get them anew with each epoch.
            ProbeShares? shares = former?.Shares;
            if (shares?.PerNetwork != settings.PerNetwork || shares.InAll != settings.InAll)
                shares = new ProbeShares(hash, settings.PerNetwork, settings.InAll);
            next = new InForce(settings.CurrentKey(in key), settings.PreviousKey(in key), settings.Clock, shares);
        }
        Volatile.Write(ref _inForce, next);
        former?.Current.Dispose();
        former?.Previous?.Dispose();
    }

    private sealed class InForce(ProbeKey current, ProbeKey? previous, ProbeClock clock, ProbeShares shares)
    {
        internal ProbeKey Current { get; } = current;

        internal ProbeKey? Previous { get; } = previous;

        internal ProbeClock Clock { get; } = clock;

        internal ProbeShares Shares { get; } = shares;
    }
}
