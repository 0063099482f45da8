namespace Apex.Vpn.Fleet.Health;

/// <summary>What became of a beat.</summary>
public enum BeatVerdict : byte
{
    /// <summary>It counts.</summary>
    Counted = 0,

    /// <summary>It came on a stream that a newer one has replaced.</summary>
    OldEpoch = 1,

    /// <summary>The node is not watched.</summary>
    Unknown = 2,
}
