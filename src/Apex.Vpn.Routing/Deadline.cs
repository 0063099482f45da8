namespace Apex.Vpn.Routing;

/// <summary>When a state machine is to be asked again, and what for. A value; immutable.</summary>
/// <typeparam name="TReason">The machine's reasons.</typeparam>
/// <param name="At">The time, on the clock that the machine is told; <see cref="TimeSpan.MaxValue"/> for never.</param>
/// <param name="Reason">What will be due then.</param>
public readonly record struct Deadline<TReason>(TimeSpan At, TReason Reason)
    where TReason : struct, Enum
{
    /// <summary>Whether there is none: nothing happens until the machine is told something.</summary>
    public bool IsNever => At == TimeSpan.MaxValue;

    /// <summary>Whether it has come.</summary>
    /// <param name="now">The time of the call.</param>
    public bool IsDue(TimeSpan now) => At <= now && !IsNever;

    /// <summary>This one, or another if that is earlier.</summary>
    internal Deadline<TReason> OrEarlier(TimeSpan? at, TReason reason) => at < At ? new(at.Value, reason) : this;
}
