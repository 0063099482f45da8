namespace Apex.Vpn.Routing.Placement;

/// <summary>Round trips in milliseconds from places of demand to sites. What was neither measured nor given a prior is unknown.</summary>
/// <remarks>
/// A site whose round trip to a place is unknown does not serve that place: nothing is guessed from other entries. Not thread-safe; a
/// <see cref="PlacementPlanner"/> takes a copy.
/// </remarks>
public sealed class LatencyTable
{
    private readonly double[] _measured;
    private readonly double[] _priors;

    /// <summary>Creates a table in which nothing is known.</summary>
    /// <param name="demandPoints">How many places of demand, at least 1.</param>
    /// <param name="sites">How many sites, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1, or more than 100 million entries.</exception>
    public LatencyTable(int demandPoints, int sites)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(demandPoints, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sites, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)demandPoints * sites, 100_000_000, nameof(sites));
        (DemandPoints, Sites) = (demandPoints, sites);
        _measured = new double[demandPoints * sites];
        _priors = new double[demandPoints * sites];
        Array.Fill(_measured, double.NaN);
        Array.Fill(_priors, double.NaN);
    }

    /// <summary>How many places of demand.</summary>
    public int DemandPoints { get; }

    /// <summary>How many sites.</summary>
    public int Sites { get; }

    /// <summary>The measured round trip, or else the prior, in milliseconds; NaN when neither is known.</summary>
    /// <param name="demandPoint">The place of demand, by its index.</param>
    /// <param name="site">The site, by its index.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place or site.</exception>
    public double this[int demandPoint, int site]
    {
        get
        {
            int index = Index(demandPoint, site);
            return double.IsNaN(_measured[index]) ? _priors[index] : _measured[index];
        }
    }

    /// <summary>Sets a measured round trip.</summary>
    /// <param name="demandPoint">The place of demand, by its index.</param>
    /// <param name="site">The site, by its index.</param>
    /// <param name="milliseconds">0 or more; NaN to forget it.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place or site, or the time is negative or infinite.</exception>
    public void Set(int demandPoint, int site, double milliseconds) => _measured[Index(demandPoint, site)] = Checked(milliseconds);

    /// <summary>Sets what to take for the round trip where nothing was measured, for example from distances.</summary>
    /// <param name="demandPoint">The place of demand, by its index.</param>
    /// <param name="site">The site, by its index.</param>
    /// <param name="milliseconds">0 or more; NaN for unknown.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place or site, or the time is negative or infinite.</exception>
    public void SetPrior(int demandPoint, int site, double milliseconds) => _priors[Index(demandPoint, site)] = Checked(milliseconds);

    private static double Checked(double milliseconds)
    {
        const string Message = "A round trip is 0 ms or more and finite; NaN stands for unknown.";
        if (milliseconds is < 0 or double.PositiveInfinity)
            throw new ArgumentOutOfRangeException(nameof(milliseconds), milliseconds, Message);
        return milliseconds;
    }

    private int Index(int demandPoint, int site)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(demandPoint);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(demandPoint, DemandPoints);
        ArgumentOutOfRangeException.ThrowIfNegative(site);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(site, Sites);
        return (demandPoint * Sites) + site;
    }
}
