namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>What an exception says about the next attempt.</summary>
internal enum Failure
{
    /// <summary>It is the work's own: it would fail again.</summary>
    Own,

    /// <summary>
    /// The database is fine and could not serialise, or waited for a lock too long: nothing was written, another attempt may do it.
    /// </summary>
    Transient,

    /// <summary>The connection is gone. During a commit this says nothing about the commit.</summary>
    Lost,
}
