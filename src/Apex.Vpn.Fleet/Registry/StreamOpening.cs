namespace Apex.Vpn.Fleet.Registry;

/// <summary>The answer to a node that opens a stream. A value; immutable.</summary>
/// <param name="Verdict">What became of it.</param>
/// <param name="Epoch">The node's epoch now: the stream's own when it was opened.</param>
/// <param name="ClosedEpoch">The epoch whose stream is to be closed; 0 when there is none.</param>
public readonly record struct StreamOpening(StreamVerdict Verdict, long Epoch, long ClosedEpoch)
{
    /// <summary>Whether the stream was opened.</summary>
    public bool IsOpened => Verdict <= StreamVerdict.Rebooted;
}
