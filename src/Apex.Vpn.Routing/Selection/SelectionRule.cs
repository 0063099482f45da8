namespace Apex.Vpn.Routing.Selection;

/// <summary>How strict a choice was: what had to be overlooked so that there was anything to choose from.</summary>
public enum SelectionRule : byte
{
    /// <summary>Nothing was overlooked.</summary>
    Normal = 0,

    /// <summary>
    /// Nobody in service has a latency as good as asked for: poorer ones count, and where there is none,
    /// <see cref="SelectionOptions.AssumedRtt"/>.
    /// </summary>
    AssumedLatency = 1,

    /// <summary>
    /// Nobody, or too few (<see cref="SelectionOptions.PanicShare"/>), are in service and have room: what the status says is overlooked,
    /// and everybody is used that has what was asked for. More often than not it is the status that is wrong.
    /// </summary>
    Panic = 2,
}
