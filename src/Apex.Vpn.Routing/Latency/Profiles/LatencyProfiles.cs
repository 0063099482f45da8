using System.Diagnostics.CodeAnalysis;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Latency.Profiles;

/// <summary>
/// Whole views of the fleet by round trips, against which a client holds the few that it measured: one view from each site itself (the
/// mesh, which tells nothing of users), and one of each cluster of users, a median of at least k of them per site. Nothing finer exists.
/// The payload of a signed container: the same bytes for everyone.
/// </summary>
/// <remarks>
/// <para>A site is a city: its servers share a column, so that the size does not grow with their number. A value is one byte, logarithmic:
/// a view of n sites takes n bytes, the mesh n (n − 1) / 2 and each site about 10 bytes for its name and place. 60 sites with 43 clusters
/// are 5 kB, 500 sites with 500 clusters 380 kB before compression.</para>
/// <para>Immutable; safe from any thread.</para>
/// </remarks>
public sealed class LatencyProfiles
{
    /// <summary>At most this many sites.</summary>
    public const int MaxSites = 2000;

    /// <summary>At most this many clusters.</summary>
    public const int MaxClusters = 10_000;

    /// <summary>At most this many bytes, encoded: bounds what a reader allocates.</summary>
    public const int MaxEncodedBytes = 16 << 20;

    // One view after another, each with a code per site: first the sites' own, then the clusters'.
    private readonly byte[] _views;

    private readonly int[] _central;

    internal LatencyProfiles(Place[] sites, int minMembers, byte[] views)
    {
        (Sites, MinMembers, _views) = (sites, minMembers, views);
        Views = sites.Length == 0 ? 0 : views.Length / sites.Length;
        _central = SortByMean();
        EncodedBytes = ProfileFormat.Measure(this);
    }

    /// <summary>The sites, in the order of the columns.</summary>
    public IReadOnlyList<Place> Sites { get; }

    /// <summary>k: at least so many users are behind each median.</summary>
    public int MinMembers { get; }

    /// <summary>How many clusters of users there are.</summary>
    public int Clusters => Views - Sites.Count;

    /// <summary>How many bytes <see cref="Write"/> writes.</summary>
    public int EncodedBytes { get; }

    internal int Views { get; }

    /// <summary>Sites by their mean over all views, least first: where to begin while nothing is measured.</summary>
    internal ReadOnlySpan<int> Central => _central;

    /// <summary>Reads what <see cref="Write"/> wrote. Never throws, whatever the bytes, and allocates no more than the bytes are worth.</summary>
    /// <param name="encoded">The bytes, all of them; whether they are genuine is the caller's to know.</param>
    /// <param name="profiles">The profiles.</param>
    /// <returns>False for anything else, and for a version that this one does not know.</returns>
    public static bool TryRead(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out LatencyProfiles? profiles) =>
        ProfileFormat.TryRead(encoded, out profiles);

    /// <summary>Writes the profiles.</summary>
    /// <param name="destination">At least <see cref="EncodedBytes"/> bytes.</param>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public int Write(Span<byte> destination)
    {
        if (destination.Length < EncodedBytes) throw new ArgumentException($"Needs {EncodedBytes} bytes.", nameof(destination));
        return ProfileFormat.Write(this, destination);
    }

    /// <summary>The round trip between two sites in milliseconds, as their servers measured it; 0 to itself, NaN where not known.</summary>
    /// <param name="one">A site, by its column.</param>
    /// <param name="other">The other.</param>
    public double RttBetween(int one, int other) => one == other ? 0 : RttCode.Decode(View(one)[other]);

    /// <summary>The median round trip of a cluster's users to a site in milliseconds; NaN where fewer than k of them measured it.</summary>
    /// <param name="cluster">The cluster, 0 to <see cref="Clusters"/> − 1.</param>
    /// <param name="site">The site, by its column.</param>
    public double MedianOf(int cluster, int site)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cluster);
        return RttCode.Decode(View(Sites.Count + cluster)[site]);
    }

    internal ReadOnlySpan<byte> View(int view) => _views.AsSpan(view * Sites.Count, Sites.Count);

    private int[] SortByMean()
    {
        double[] means = new double[Sites.Count];
        int[] order = new int[means.Length];
        for (int site = 0; site < means.Length; site++)
        {
            double sum = 0;
            int known = 0;
            for (int view = 0; view < Views; view++)
            {
                byte code = View(view)[site];
                if (code == RttCode.Unknown) continue;
                sum += RttCode.Decode(code);
                known++;
            }
            means[site] = known == 0 ? double.PositiveInfinity : sum / known;
            order[site] = site;
        }
        Array.Sort(means, order);
        return order;
    }
}
