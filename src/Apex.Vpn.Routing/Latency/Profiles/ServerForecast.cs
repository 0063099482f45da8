using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Latency.Profiles;

/// <summary>
/// How far every server of a list seems before it is measured, and which ones to probe: <see cref="LatencyPredictor"/> from sites to servers.
/// In order of precedence: what this server answered; its site's profile; distance or country (<see cref="CountryPrior"/>).
/// </summary>
/// <remarks>
/// A server belongs to the site of its city and country; one of a city that the profiles do not know, to the nearest site within
/// <see cref="NeighbourKilometres"/>; else it has its prior alone. Allocates in the constructor alone. Not safe for concurrent use.
/// </remarks>
public sealed class ServerForecast
{
    /// <summary>A new city shares the column of a known one within so many kilometres: a millisecond of round trip.</summary>
    public const double NeighbourKilometres = 100;

    private const int NoSite = -1;

    private readonly IReadOnlyList<Server> _servers;
    private readonly CountryPrior? _countries;
    private readonly LatencyPredictor? _predictor;
    private readonly int[] _siteOf;
    private readonly int[] _serversBySite; // servers of a site side by side; see Members
    private readonly int[] _siteEnds;
    private readonly float[] _priors; // ms; NaN where nothing is known
    private readonly float[] _answers; // ms; NaN where there is none
    private readonly bool[] _probed;

    /// <summary>Begins with a list of servers.</summary>
    /// <param name="list">The list, verified.</param>
    /// <param name="profiles">Profiles, verified; null for none.</param>
    /// <param name="countries">What is usual between countries; null for distance alone.</param>
    public ServerForecast(ServerList list, LatencyProfiles? profiles = null, CountryPrior? countries = null)
    {
        ArgumentNullException.ThrowIfNull(list);
        _servers = list.Servers;
        _countries = countries;
        _predictor = profiles is null ? null : new LatencyPredictor(profiles);
        _siteOf = SitesOf(_servers, profiles);
        (_serversBySite, _siteEnds) = GroupBySite(_siteOf, profiles?.Sites.Count ?? 0);
        _priors = new float[_servers.Count];
        _answers = new float[_servers.Count];
        _probed = new bool[_servers.Count];
        _priors.AsSpan().Fill(float.NaN);
        Forget();
    }

    /// <summary>Tells where the client is, for the priors. What was measured stays.</summary>
    /// <param name="place">The client's city, or its country with coordinates that are none; null when nothing is known.</param>
    public void Locate(Place? place)
    {
        for (int server = 0; server < _priors.Length; server++)
        {
            _priors[server] = place is null ? float.NaN
                : _countries is null ? (float)GeographicPrior.EstimateRtt(place.Location, _servers[server].Place.Location)
                : (float)_countries.EstimateRtt(place, _servers[server].Place);
        }
    }

    /// <summary>Forgets all answers, because the client's network is another.</summary>
    public void Forget()
    {
        _answers.AsSpan().Fill(float.NaN);
        _probed.AsSpan().Clear();
        _predictor?.Reset();
    }

    /// <summary>A server answered. Of several answers the fastest counts.</summary>
    /// <param name="server">Its index in the list.</param>
    /// <param name="rtt">The round trip.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such server, or a negative time.</exception>
    public void AddRtt(int server, TimeSpan rtt)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rtt, TimeSpan.Zero);
        Check(server);
        float milliseconds = (float)rtt.TotalMilliseconds;
        _answers[server] = float.IsNaN(_answers[server]) ? milliseconds : Math.Min(_answers[server], milliseconds);
        _probed[server] = true;
        if (_siteOf[server] is var site && CanAdd(site)) _predictor!.AddRtt(site, milliseconds);
    }

    /// <summary>A server did not answer.</summary>
    /// <param name="server">Its index in the list.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such server.</exception>
    public void AddLoss(int server)
    {
        Check(server);
        _probed[server] = true;
        if (_siteOf[server] is var site && CanAdd(site)) _predictor!.AddLoss(site);
    }

    /// <summary>The server to probe next; -1 when no other one promises anything. Without profiles, by priors: the nearest that was not probed.</summary>
    /// <param name="draw">Drawn evenly for each call: which of a site's servers is asked, so that clients share them out.</param>
    public int NextProbe(uint draw)
    {
        if (_predictor is null) return NearestByPrior();
        int site = _predictor.NextProbe();
        // Sites may outlive their servers.
        while (site >= 0 && Members(site).IsEmpty)
        {
            _predictor.AddLoss(site);
            site = _predictor.NextProbe();
        }
        return site < 0 ? -1 : Members(site)[(int)(draw % (uint)Members(site).Length)];
    }

    /// <summary>What is believed of the way to a server. Jitter and loss are not predicted and are 0.</summary>
    /// <param name="server">Its index in the list.</param>
    /// <returns>Of source <see cref="LatencySource.None"/> when nothing is known.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such server.</exception>
    public LatencyEstimate Estimate(int server)
    {
        Check(server);
        if (!float.IsNaN(_answers[server])) return new LatencyEstimate(_answers[server], 0, 0, LatencySource.Measured);
        // What another server of the site answered is a prediction for this one.
        if (_siteOf[server] is var site and >= 0 && _predictor!.Estimate(site) is { IsKnown: true } predicted)
            return predicted with { Source = LatencySource.Profile };
        return float.IsNaN(_priors[server]) ? default : new LatencyEstimate(_priors[server], 0, 0, LatencySource.Prior);
    }

    /// <summary>Writes the estimates of all servers.</summary>
    /// <param name="estimates">One for each server, in the order of the list.</param>
    /// <exception cref="ArgumentException">Not as many as servers.</exception>
    public void Fill(Span<LatencyEstimate> estimates)
    {
        if (estimates.Length != _servers.Count) throw new ArgumentException($"{estimates.Length} estimates for {_servers.Count} servers.", nameof(estimates));
        for (int server = 0; server < estimates.Length; server++) estimates[server] = Estimate(server);
    }

    // Answers beyond what the predictor takes are still the servers' own.
    private bool CanAdd(int site) => site >= 0 && (_predictor!.Probes < LatencyPredictor.MaxProbes || _predictor.WasProbed(site));

    private ReadOnlySpan<int> Members(int site) => _serversBySite.AsSpan((site == 0 ? 0 : _siteEnds[site - 1])..(_siteEnds[site]));

    private int NearestByPrior()
    {
        int nearest = -1;
        for (int server = 0; server < _priors.Length; server++)
        {
            if (_probed[server]) continue;
            if (nearest < 0 || _priors[server] < _priors[nearest] || float.IsNaN(_priors[nearest])) nearest = server;
        }
        return nearest;
    }

    private void Check(int server)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(server);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(server, _servers.Count);
    }

    private static int[] SitesOf(IReadOnlyList<Server> servers, LatencyProfiles? profiles)
    {
        int[] sites = new int[servers.Count];
        sites.AsSpan().Fill(NoSite);
        if (profiles is null) return sites;
        var byCity = new Dictionary<(CountryCode, string), int>();
        for (int site = 0; site < profiles.Sites.Count; site++) byCity.TryAdd((profiles.Sites[site].Country, profiles.Sites[site].City), site);
        for (int server = 0; server < sites.Length; server++)
        {
            Place place = servers[server].Place;
            if (byCity.TryGetValue((place.Country, place.City), out int site)) sites[server] = site;
            else byCity.Add((place.Country, place.City), sites[server] = NearestSite(place, profiles)); // once per city, not per server
        }
        return sites;
    }

    private static int NearestSite(Place place, LatencyProfiles profiles)
    {
        (int Site, double Distance) nearest = (NoSite, NeighbourKilometres);
        if (!place.Location.IsValid) return NoSite;
        for (int site = 0; site < profiles.Sites.Count; site++)
        {
            double distance = place.Location.DistanceTo(profiles.Sites[site].Location);
            if (distance < nearest.Distance) nearest = (site, distance); // false for a site without coordinates
        }
        return nearest.Site;
    }

    private static (int[] Servers, int[] Ends) GroupBySite(int[] siteOf, int sites)
    {
        int[] ends = new int[sites];
        foreach (int site in siteOf)
        {
            if (site >= 0) ends[site]++;
        }
        for (int site = 1; site < sites; site++) ends[site] += ends[site - 1];
        int[] servers = new int[sites == 0 ? 0 : ends[^1]];
        int[] next = new int[sites];
        for (int site = 1; site < sites; site++) next[site] = ends[site - 1];
        for (int server = 0; server < siteOf.Length; server++)
        {
            if (siteOf[server] is var site and >= 0) servers[next[site]++] = server;
        }
        return (servers, ends);
    }
}
