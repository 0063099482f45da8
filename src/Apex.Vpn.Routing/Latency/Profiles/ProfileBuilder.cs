using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Latency.Profiles;

/// <summary>
/// Makes <see cref="LatencyProfiles"/> at the control plane: of the mesh that sites measured among themselves, and of what users' handshakes
/// took, which leave it only as medians over clusters of at least k users.
/// </summary>
/// <remarks>
/// <para>Every user is in one cluster; a cell (cluster and site) whose median would be of fewer than k users is left unknown. Where users
/// did not measure every site, clusters are made larger, so that as a rule k of them measured each.</para>
/// <para>The result depends on the measurements and their order alone. Not safe for concurrent use.</para>
/// </remarks>
public sealed class ProfileBuilder
{
    /// <summary>k where nothing else is asked for.</summary>
    public const int DefaultMinMembers = 20;

    /// <summary>The least k there may be.</summary>
    public const int LeastMinMembers = 5;

    // So many of all cells are to be known, as far as larger clusters help.
    private const double CellsKnown = 0.9;

    private const int MostSizes = 4;

    private readonly Place[] _sites;
    private readonly byte[] _mesh;
    private readonly int _minMembers;
    private readonly List<byte[]> _users = [];

    /// <summary>Begins with the sites.</summary>
    /// <param name="sites">The cities, each once.</param>
    /// <param name="mesh">Round trips between them in milliseconds, by rows, where servers of the row's site asked; NaN where not measured.
    /// The shorter of both directions counts.</param>
    /// <param name="minMembers">k, at least <see cref="LeastMinMembers"/>.</param>
    /// <exception cref="ArgumentException">No sites or too many, one without a name or with one of more than 255 bytes, or a mesh of another size.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="minMembers"/> is out of range.</exception>
    public ProfileBuilder(IReadOnlyList<Place> sites, ReadOnlySpan<double> mesh, int minMembers = DefaultMinMembers)
        : this(sites, mesh, minMembers, LeastMinMembers)
    {
    }

    // Benchmarks measure what k costs, down to 1.
    internal ProfileBuilder(IReadOnlyList<Place> sites, ReadOnlySpan<double> mesh, int minMembers, int leastMinMembers)
    {
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentOutOfRangeException.ThrowIfLessThan(minMembers, leastMinMembers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minMembers, ushort.MaxValue);
        if (sites.Count is 0 or > LatencyProfiles.MaxSites) throw new ArgumentException($"{sites.Count} sites; 1 to {LatencyProfiles.MaxSites}.", nameof(sites));
        if (!sites.All(ProfileFormat.Fits)) throw new ArgumentException("A site's name is empty or longer than 255 bytes.", nameof(sites));
        if (mesh.Length != sites.Count * sites.Count) throw new ArgumentException($"{mesh.Length} values for {sites.Count} sites.", nameof(mesh));
        _sites = [.. sites];
        _minMembers = minMembers;
        _mesh = EncodeMesh(mesh, sites.Count);
    }

    /// <summary>The users of each cluster, by the order in which they were added: for audits and tests, never published.</summary>
    internal IReadOnlyList<int[]> Clusters { get; private set; } = [];

    /// <summary>Adds what one user measured.</summary>
    /// <param name="rtts">Milliseconds by site; NaN where not measured. One that measured nothing joins no cluster.</param>
    /// <exception cref="ArgumentException">Not as many values as sites.</exception>
    public void AddUser(ReadOnlySpan<double> rtts)
    {
        if (rtts.Length != _sites.Length) throw new ArgumentException($"{rtts.Length} values for {_sites.Length} sites.", nameof(rtts));
        byte[] codes = new byte[rtts.Length];
        for (int site = 0; site < codes.Length; site++) codes[site] = RttCode.Encode(rtts[site]);
        if (codes.AsSpan().ContainsAnyExcept(RttCode.Unknown)) _users.Add(codes);
    }

    /// <summary>Makes the profiles of everything added so far. With fewer than k users there is only the mesh.</summary>
    /// <exception cref="InvalidOperationException">They would be larger than <see cref="LatencyProfiles.MaxEncodedBytes"/>, or of more than
    /// <see cref="LatencyProfiles.MaxClusters"/> clusters: take a larger k, or fewer users.</exception>
    public LatencyProfiles Build()
    {
        List<int[]> clusters = Microaggregation.Group(_users, Math.Min(ClusterSize(), Math.Max(_users.Count, _minMembers)));
        if (clusters.Count > LatencyProfiles.MaxClusters) throw new InvalidOperationException($"{clusters.Count} clusters; at most {LatencyProfiles.MaxClusters}.");
        byte[] views = new byte[_mesh.Length + (clusters.Count * _sites.Length)];
        _mesh.CopyTo(views, 0);
        byte[] measured = new byte[_users.Count];
        for (int cluster = 0; cluster < clusters.Count; cluster++)
        {
            for (int site = 0; site < _sites.Length; site++)
                views[_mesh.Length + (cluster * _sites.Length) + site] = Median(clusters[cluster], site, measured);
        }
        Clusters = clusters;
        var profiles = new LatencyProfiles(_sites, _minMembers, views);
        return profiles.EncodedBytes <= LatencyProfiles.MaxEncodedBytes
            ? profiles
            : throw new InvalidOperationException($"{profiles.EncodedBytes} bytes; at most {LatencyProfiles.MaxEncodedBytes}.");
    }

    private byte Median(int[] members, int site, byte[] measured)
    {
        int known = 0;
        foreach (int member in members)
        {
            if (_users[member][site] is var code && code != RttCode.Unknown) measured[known++] = code;
        }
        if (known < _minMembers) return RttCode.Unknown;
        Array.Sort(measured, 0, known);
        return (byte)((measured[(known - 1) / 2] + measured[known / 2] + 1) / 2);
    }

    /// <summary>The least size of clusters of which k measure a site with a probability of <see cref="CellsKnown"/>, when users measured
    /// the share of sites that they did; at most a few times k.</summary>
    private int ClusterSize()
    {
        double measured = _users.Count == 0 ? 1 : _users.Average(static user => 1 - (user.AsSpan().Count(RttCode.Unknown) / (double)user.Length));
        int size = _minMembers;
        while (size < MostSizes * _minMembers && AtLeast(_minMembers, size, measured) < CellsKnown) size++;
        return size;
    }

    /// <summary>The probability that at least so many of all succeed, each with the same probability (binomial).</summary>
    private static double AtLeast(int successes, int all, double each)
    {
        if (each >= 1) return 1;
        double sum = 0, logTerm = all * Math.Log(1 - each);
        for (int i = 0; i < successes; i++)
        {
            sum += Math.Exp(logTerm);
            logTerm += Math.Log((double)(all - i) / (i + 1)) + Math.Log(each / (1 - each));
        }
        return 1 - sum;
    }

    private static byte[] EncodeMesh(ReadOnlySpan<double> mesh, int sites)
    {
        byte[] codes = new byte[mesh.Length];
        for (int one = 0; one < sites; one++)
        {
            for (int other = 0; other < sites; other++)
            {
                // Unknown is above all codes, so the least is what is known.
                byte there = RttCode.Encode(mesh[(one * sites) + other]), back = RttCode.Encode(mesh[(other * sites) + one]);
                codes[(one * sites) + other] = one == other ? RttCode.Encode(0) : Math.Min(there, back);
            }
        }
        return codes;
    }
}
