namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>Whether handshakes come faster than they are worked off (WG 5.3). A peak counts for one second.</summary>
internal sealed class LoadGauge
{
    private Instant _until;

    /// <summary>Whether the last call found load.</summary>
    internal bool IsUnderLoad { get; private set; }

    /// <summary>When load ends unless it is renewed; not set while there is none.</summary>
    internal Instant Ends => IsUnderLoad ? _until : Instant.Never;

    /// <summary>Looks again. True when the answer changed.</summary>
    internal bool Observe(bool queueIsLong, Instant now)
    {
        if (queueIsLong) _until = now + Limits.UnderLoadAfterglow;
        bool underLoad = now < _until;
        bool changed = underLoad != IsUnderLoad;
        IsUnderLoad = underLoad;
        return changed;
    }
}
