namespace Apex.Vpn.Protocol.Engine.Notices;

/// <summary>What a client remembers of a node: it outlives sessions, so that what was heard once is not heard again.</summary>
internal sealed class NodeMark
{
    /// <summary>A node has so many notices looked at in a row.</summary>
    internal const int Burst = 8;

    /// <summary>And one in this time in the long run, which bounds the signatures that it can have us verify.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>A closing, which nobody signed, counts once in this time.</summary>
    internal static readonly TimeSpan ClosingInterval = TimeSpan.FromMinutes(10);

    private Instant _allowedAt;
    private Instant _closedAt;

    /// <summary>The highest sequence that was believed.</summary>
    internal ulong Highest { get; set; }

    /// <summary>When the node was last heard.</summary>
    internal Instant LastHeard { get; private set; }

    /// <summary>Whether one more notice is looked at (a token bucket, kept as the time at which it is full).</summary>
    internal bool MayBeHeard(Instant now)
    {
        LastHeard = now;
        Instant full = _allowedAt > now ? _allowedAt : now;
        if (full - now > (Burst - 1) * Interval) return false;
        _allowedAt = full + Interval;
        return true;
    }

    /// <summary>Whether a closing counts.</summary>
    internal bool MayClose(Instant now)
    {
        if (_closedAt.IsSet && now - _closedAt < ClosingInterval) return false;
        _closedAt = now;
        return true;
    }
}
