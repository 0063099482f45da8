namespace Apex.Vpn.Protocol.Transports;

/// <summary>What an <see cref="InMemoryNetwork"/> does to the datagrams of one direction. Immutable.</summary>
public sealed record NetworkConditions
{
    /// <summary>Nothing is lost, doubled or late.</summary>
    public static NetworkConditions Perfect { get; } = new();

    /// <summary>The share of datagrams that are lost, 0 to 1.</summary>
    /// <value>0 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not in 0 to 1.</exception>
    public double Loss { get; init => field = Share(value); }

    /// <summary>The share of datagrams that arrive twice, 0 to 1. Each copy has its own delay.</summary>
    /// <value>0 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not in 0 to 1.</exception>
    public double Duplication { get; init => field = Share(value); }

    /// <summary>The share of datagrams held back for <see cref="ReorderingDelay"/>, so that later ones overtake them, 0 to 1.</summary>
    /// <value>0 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not in 0 to 1.</exception>
    public double Reordering { get; init => field = Share(value); }

    /// <summary>How long a datagram takes.</summary>
    /// <value>0 by default: datagrams are delivered by the thread that sends them.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public TimeSpan Latency { get; init => field = Duration(value); }

    /// <summary>How much longer a datagram takes that is held back.</summary>
    /// <value>5 ms by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public TimeSpan ReorderingDelay { get; init => field = Duration(value); } = TimeSpan.FromMilliseconds(5);

    private static double Share(double value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1);
        return value;
    }

    private static TimeSpan Duration(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        return value;
    }
}
