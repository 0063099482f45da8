namespace Apex.Vpn.Routing.Failover;

/// <summary>One round of asking the current server and others, and how many such rounds must agree.</summary>
internal sealed class ProbeCheck
{
    /// <summary>A verdict later than this was not ours: the process did not run, and answers may lie unread. Asked again, so many
    /// times.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(500);
    private const int MaxRepeats = 2;

    private int _repeats;

    internal bool IsActive { get; private set; }

    internal TimeSpan EndsAt { get; private set; }

    internal FailoverReason Cause { get; private set; }

    /// <summary>How many rounds are still needed for a verdict against the server, this one included.</summary>
    internal int RoundsLeft { get; private set; }

    internal bool StandbyAnswered { get; set; }

    internal bool OtherAnswered { get; set; }

    internal void Begin(FailoverReason cause, int rounds, TimeSpan endsAt)
    {
        _repeats = 0;
        (IsActive, Cause, RoundsLeft, EndsAt) = (true, cause, rounds, endsAt);
        (StandbyAnswered, OtherAnswered) = (false, false);
    }

    /// <summary>The same once more.</summary>
    internal void Repeat(TimeSpan endsAt)
    {
        _repeats++;
        (EndsAt, StandbyAnswered, OtherAnswered) = (endsAt, false, false);
    }

    internal void End() => IsActive = false;

    /// <summary>The caller has all answers that it will get.</summary>
    internal void Complete(TimeSpan now)
    {
        if (now < EndsAt) EndsAt = now;
    }

    /// <summary>Whether the end was noticed too late to mean anything.</summary>
    internal bool IsLate(TimeSpan now) => now - EndsAt > Late && _repeats < MaxRepeats;
}
