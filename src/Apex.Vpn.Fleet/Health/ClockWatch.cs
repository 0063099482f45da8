namespace Apex.Vpn.Fleet.Health;

/// <summary>Whether a node's clock is off by more than a minute: its certificates, notices and leases would not hold.</summary>
/// <remarks>
/// A message that waited makes its sender look slow, so one stamp says little: three in a row do. A small mutable value, one per node;
/// not thread-safe.
/// </remarks>
public struct ClockWatch
{
    /// <summary>How far a clock may be off, 60 s, in either direction.</summary>
    public static readonly TimeSpan MaxOffset = TimeSpan.FromSeconds(60);

    /// <summary>How many stamps in a row must be off, 3.</summary>
    public const int StampsInARow = 3;

    private int _off;

    /// <summary>Whether the latest stamps were all off.</summary>
    public readonly bool IsOff => _off >= StampsInARow;

    /// <summary>A beat came with its sender's time.</summary>
    /// <param name="sent">The sender's time.</param>
    /// <param name="received">Our time.</param>
    /// <returns>Whether the clock counts as off now.</returns>
    public bool Add(DateTimeOffset sent, DateTimeOffset received)
    {
        _off = (sent - received).Duration() > MaxOffset ? Math.Min(_off + 1, StampsInARow) : 0;
        return IsOff;
    }
}
