namespace Apex.Vpn.Routing.Selection;

/// <summary>What a server costs its user, term by term, so that a choice can be explained. All in milliseconds.</summary>
/// <param name="Rtt">The round trip.</param>
/// <param name="Jitter">For its variation.</param>
/// <param name="Loss">For lost packets.</param>
/// <param name="Load">For the server's load.</param>
/// <param name="Penalty">Fixed additions.</param>
public readonly record struct ServerCost(double Rtt, double Jitter, double Loss, double Load, double Penalty) : IComparable<ServerCost>
{
    /// <summary>For the lack of free capacity.</summary>
    /// <value>0 by default: most policies do not count it.</value>
    public double Throughput { get; init; }

    /// <summary>The sum of all terms.</summary>
    public double Total => Rtt + Jitter + Loss + Load + Throughput + Penalty;

    /// <summary>Cheaper servers come first.</summary>
    /// <param name="other">The other cost.</param>
    public int CompareTo(ServerCost other) => Total.CompareTo(other.Total);

    /// <summary>Whether the left one is cheaper.</summary>
    public static bool operator <(ServerCost left, ServerCost right) => left.Total < right.Total;

    /// <summary>Whether the left one is dearer.</summary>
    public static bool operator >(ServerCost left, ServerCost right) => left.Total > right.Total;

    /// <summary>Whether the left one is not dearer.</summary>
    public static bool operator <=(ServerCost left, ServerCost right) => left.Total <= right.Total;

    /// <summary>Whether the left one is not cheaper.</summary>
    public static bool operator >=(ServerCost left, ServerCost right) => left.Total >= right.Total;
}
