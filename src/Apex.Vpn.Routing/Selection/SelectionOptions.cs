using System.ComponentModel.DataAnnotations;

namespace Apex.Vpn.Routing.Selection;

/// <summary>How a server is chosen among those that are possible. Read once, when a selector is made.</summary>
/// <remarks>
/// Times are in milliseconds. Whoever sets these from a file has them checked by the attributes; a selector checks them again.
/// </remarks>
public sealed class SelectionOptions
{
    internal const double MaxMilliseconds = 10_000;

    /// <summary>Servers that cost so much more than the cheapest are as good as it, 0 to 10 000 ms.</summary>
    /// <value>5 ms by default.</value>
    [Range(0, MaxMilliseconds)]
    public double EquivalenceMargin { get; set; } = 5;

    /// <summary>The same as a share of the cheapest cost, 0 to 1; the wider of both counts.</summary>
    /// <value>0.1 by default.</value>
    [Range(0.0, 1.0)]
    public double EquivalenceShare { get; set; } = 0.1;

    /// <summary>From which load on a server counts as full, 0 to 1.</summary>
    /// <value>0.97 by default, where <see cref="CostModel.MaxLoad"/> stops telling loads apart.</value>
    [Range(0.0, 1.0)]
    public double FullLoad { get; set; } = 0.97;

    /// <summary>
    /// When at most this share of the servers that have what was asked for is in service and has room, the status is overlooked, 0 to 0.9.
    /// </summary>
    /// <value>0 by default: when there is none.</value>
    [Range(0.0, 0.9)]
    public double PanicShare { get; set; }

    /// <summary>The round trip to a server of which nothing is known, when that holds for all, 0 to 10 000 ms.</summary>
    /// <value>400 ms by default: the far side of the Earth.</value>
    [Range(0, MaxMilliseconds)]
    public double AssumedRtt { get; set; } = 400;

    /// <summary>How much more a runner-up in the chosen server's city may cost than one elsewhere, 0 to 10 000 ms.</summary>
    /// <value>20 ms by default.</value>
    [Range(0, MaxMilliseconds)]
    public double SameCityWorth { get; set; } = 20;

    /// <summary>How much more a runner-up of another provider may cost than one of the chosen server's, 0 to 10 000 ms.</summary>
    /// <value>10 ms by default.</value>
    [Range(0, MaxMilliseconds)]
    public double OtherProviderWorth { get; set; } = 10;

    /// <summary>By how much a way through two servers must be cheaper than the direct one before it is proposed, 0 to 10 000 ms.</summary>
    /// <value>10 ms by default.</value>
    [Range(0, MaxMilliseconds)]
    public double DetourMargin { get; set; } = 10;

    /// <summary>The same as a share of the direct cost, 0 to 1; both must be reached.</summary>
    /// <value>0.15 by default.</value>
    [Range(0.0, 1.0)]
    public double DetourShare { get; set; } = 0.15;

    /// <summary>From which cost on a server is no longer as good as the cheapest.</summary>
    internal double EquivalenceLimit(double cheapest) => Math.Max(cheapest + EquivalenceMargin, cheapest * (1 + EquivalenceShare));

    /// <summary>A copy that nobody else can change.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its range.</exception>
    internal SelectionOptions CheckedCopy()
    {
        Check(EquivalenceMargin, MaxMilliseconds, nameof(EquivalenceMargin));
        Check(EquivalenceShare, 1, nameof(EquivalenceShare));
        Check(FullLoad, 1, nameof(FullLoad));
        Check(PanicShare, 0.9, nameof(PanicShare));
        Check(AssumedRtt, MaxMilliseconds, nameof(AssumedRtt));
        Check(SameCityWorth, MaxMilliseconds, nameof(SameCityWorth));
        Check(OtherProviderWorth, MaxMilliseconds, nameof(OtherProviderWorth));
        Check(DetourMargin, MaxMilliseconds, nameof(DetourMargin));
        Check(DetourShare, 1, nameof(DetourShare));
        return (SelectionOptions)MemberwiseClone();
    }

    private static void Check(double value, double most, string name)
    {
        if (!(value >= 0 && value <= most)) throw new ArgumentOutOfRangeException(name, value, $"Must lie between 0 and {most:0.#}.");
    }
}
