using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;

namespace Apex.Vpn.Routing.Selection;

/// <summary>Which way, direct or through two servers, by what the servers measure between each other.</summary>
/// <remarks>
/// <para>The cost of a way through two servers is what the entry costs (the policy, with the latency from the client), plus the round trip
/// between the two, plus what the exit costs with no latency: its load, and whatever else the policy counts. Among ways as good as the
/// cheapest one is drawn as in <see cref="ServerSelector"/>; a way is as full as the fuller of its servers.</para>
/// <para>Unasked, two servers are proposed only on the ground of measurements: the client's own to the direct server and to the entry,
/// and only when the way undercuts the direct cost by <see cref="SelectionOptions.DetourMargin"/> and by
/// <see cref="SelectionOptions.DetourShare"/>.</para>
/// <para>Every entry is tried with every exit, so that time grows with the product. Pure, without a clock; not thread-safe; allocates as
/// little as <see cref="ServerSelector"/>.</para>
/// </remarks>
public sealed class PathSelector
{
    private readonly SelectionCatalog _catalog;
    private readonly SelectionOptions _options;
    private readonly ServerSelector _direct;
    private readonly CandidateScan _entryScan, _exitScan;
    private PathRequest? _request;
    private SelectionRequest? _entryRequest, _exitRequest;

    /// <summary>A selector over a list, with the default options.</summary>
    /// <param name="catalog">The servers.</param>
    public PathSelector(SelectionCatalog catalog) : this(catalog, new SelectionOptions())
    {
    }

    /// <summary>A selector over a list.</summary>
    /// <param name="catalog">The servers.</param>
    /// <param name="options">Margins; copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option lies outside its range.</exception>
    public PathSelector(SelectionCatalog catalog, SelectionOptions options)
    {
        _direct = new ServerSelector(catalog, options);
        _catalog = catalog;
        _options = options.CheckedCopy();
        _entryScan = new CandidateScan(catalog, _options);
        _exitScan = new CandidateScan(catalog, _options);
    }

    /// <summary>Chooses.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="input">What is known: latencies for as many servers as the list has, and statuses for as many or for none.</param>
    /// <param name="between">
    /// Round trips between servers in milliseconds, a square: row of the entry, column of the exit, both by index in the list. What is
    /// negative, infinite or not a number is not known, and such a way is not taken.
    /// </param>
    /// <param name="result">Receives the choice.</param>
    /// <exception cref="ArgumentException">The input or the square is for another number of servers than the list has.</exception>
    public void Select(PathRequest request, in SelectionInput input, ReadOnlySpan<float> between, PathResult result)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(result);
        if (between.Length != (long)_catalog.Count * _catalog.Count)
            throw new ArgumentException($"{between.Length} round trips are no square for {_catalog.Count} servers.", nameof(between));
        result.Begin();
        _direct.Select(request.Exit, in input, result.Direct);
        result.SetDirect();
        if (request.Mode == MultihopMode.Always)
        {
            result.SetNone();
            TakePath(request, in input, between, result, limitOfAll: double.PositiveInfinity);
        }
        else if (request.Mode == MultihopMode.WhenFaster && request.Exit.Policy.AllowsDetour
            && result.ExitIndex is >= 0 and var direct && input.Latencies[direct].Source == LatencySource.Measured)
        {
            double worthIt = Math.Min(result.Cost - _options.DetourMargin, result.Cost * (1 - _options.DetourShare));
            TakePath(request, in input, between, result, worthIt);
        }
    }

    /// <summary>Replaces the result's way by one through two servers when there is one that costs no more than the limit.</summary>
    private void TakePath(PathRequest request, in SelectionInput input, ReadOnlySpan<float> between, PathResult result, double limitOfAll)
    {
        Prepare(request);
        _entryScan.Run(_entryRequest!, in input, result.Entries);
        // The way from the client to the exit leads through the entry: it is told by the square.
        var exitInput = new SelectionInput { Latencies = [], Statuses = input.Statuses, Now = input.Now, Random = input.Random };
        _exitScan.Run(_exitRequest!, in exitInput, result.Exits);

        bool isAsked = request.Mode == MultihopMode.Always;
        if (!isAsked && (result.Entries.Rule != SelectionRule.Normal || result.Exits.Rule != SelectionRule.Normal)) return;
        double cheapest = Cheapest(request, between, result);
        if (result.Direct.Chosen is not null && double.IsFinite(cheapest)) result.SetGain(result.Direct.ChosenCost.Total - cheapest);
        if (!(cheapest <= limitOfAll) || !double.IsFinite(cheapest)) return;

        double limit = Math.Min(limitOfAll, _options.EquivalenceLimit(cheapest));
        TwoChoices choice = Draw(request, in input, between, result, limit);
        (int entry, int exit) = Math.DivRem(choice.Winner, _catalog.Count);
        float middle = between[choice.Winner];
        result.SetPath(
            (_catalog.Servers[entry], entry),
            (_catalog.Servers[exit], exit),
            result.Entries.Costs[entry] + middle + result.Exits.Costs[exit],
            middle,
            choice.Count);
    }

    private double Cheapest(PathRequest request, ReadOnlySpan<float> between, PathResult result)
    {
        double cheapest = double.PositiveInfinity;
        foreach (int entry in result.Entries.Usable)
        {
            double cost = result.Entries.Costs[entry];
            if (cost + result.Exits.Cheapest >= cheapest) continue;
            ReadOnlySpan<float> row = between.Slice(entry * _catalog.Count, _catalog.Count);
            foreach (int exit in result.Exits.Usable)
            {
                double total = cost + row[exit] + result.Exits.Costs[exit];
                if (total < cheapest && IsPath(request, entry, exit, row[exit])) cheapest = total;
            }
        }
        return cheapest;
    }

    private TwoChoices Draw(PathRequest request, in SelectionInput input, ReadOnlySpan<float> between, PathResult result, double limit)
    {
        var choice = new TwoChoices(RandomBits.Mix(input.Random + RandomBits.Step));
        foreach (int entry in result.Entries.Usable)
        {
            double cost = result.Entries.Costs[entry];
            if (cost + result.Exits.Cheapest > limit) continue;
            (double entryWeight, double entryPressure) = CandidateScan.Standing(_catalog, entry, in input);
            ReadOnlySpan<float> row = between.Slice(entry * _catalog.Count, _catalog.Count);
            foreach (int exit in result.Exits.Usable)
            {
                if (!(cost + row[exit] + result.Exits.Costs[exit] <= limit) || !IsPath(request, entry, exit, row[exit])) continue;
                (double weight, double pressure) = CandidateScan.Standing(_catalog, exit, in input);
                choice.Offer(
                    (entry * _catalog.Count) + exit,
                    RandomBits.Mix(_catalog.Identities[entry] + RandomBits.Step) ^ _catalog.Identities[exit],
                    Math.Min(entryWeight, weight),
                    Math.Max(entryPressure, pressure));
            }
        }
        return choice;
    }

    private bool IsPath(PathRequest request, int entry, int exit, float rtt) =>
        rtt >= 0 && float.IsFinite(rtt)
        && entry != exit && _catalog.Cities[entry] != _catalog.Cities[exit]
        && !(request.DifferentCountries && _catalog.Countries[entry] == _catalog.Countries[exit])
        && !(request.DifferentProviders && !AreProvidersKnownToDiffer(entry, exit));

    private bool AreProvidersKnownToDiffer(int entry, int exit) =>
        _catalog.Providers[entry] != _catalog.Providers[exit] && !_catalog.IsProviderUnknown(entry) && !_catalog.IsProviderUnknown(exit);

    private void Prepare(PathRequest request)
    {
        if (ReferenceEquals(request, _request)) return;
        SelectionRequest entry = request.Entry
            ?? request.Exit with { Servers = [], Countries = [], Cities = [], Features = ServerFeatures.None };
        _entryRequest = entry with
        {
            Policy = request.Exit.Policy,
            Features = entry.Features | ServerFeatures.MultihopEntry,
            LeastLatencySource = request.Mode == MultihopMode.WhenFaster ? LatencySource.Measured : entry.LeastLatencySource,
        };
        // The exit is spoken to through the entry's tunnel, whatever the client's own network lets through.
        _exitRequest = request.Exit with
        {
            Features = request.Exit.Features | ServerFeatures.MultihopExit,
            Transports = [.. request.Exit.Transports, TransportKind.WireGuardUdp],
            AddressFamilies = AddressFamilies.Any,
        };
        _request = request;
    }
}
