namespace Apex.Vpn.Routing.Selection;

/// <summary>Which server for this user, now, and which one to keep ready beside it.</summary>
/// <remarks>
/// <para>1. Servers that do not serve are left out, each with its <see cref="ExclusionReason"/>. 2. The policy tells what each of the
/// others costs, in milliseconds. 3. Those within max(cheapest + 5 ms, cheapest · 1.1) are as good as the cheapest. 4. Of these, two are
/// drawn by capacity, and the emptier one is chosen: everybody's cheapest server would be full before the next status says so. 5. The
/// runner-up is drawn in the same way among the others, with 20 ms in favour of the chosen server's city and 10 ms in favour of other
/// providers.</para>
/// <para>Not among this: whether a client that has a server should leave it. <see cref="SelectionResult.CurrentCost"/> is what such a rule
/// needs.</para>
/// <para>A pure function with buffers of its own: it reads no clock and draws no random numbers. Not thread-safe; many selectors may
/// share a catalog. It allocates nothing but once for the first choice, and again when it is given another <see cref="SelectionRequest"/>
/// object.</para>
/// </remarks>
public sealed class ServerSelector
{
    private readonly SelectionCatalog _catalog;
    private readonly SelectionOptions _options;
    private readonly CandidateScan _scan;
    private readonly double[] _standbyCosts;

    /// <summary>A selector over a list, with the default options.</summary>
    /// <param name="catalog">The servers.</param>
    public ServerSelector(SelectionCatalog catalog) : this(catalog, new SelectionOptions())
    {
    }

    /// <summary>A selector over a list.</summary>
    /// <param name="catalog">The servers.</param>
    /// <param name="options">Margins; copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option lies outside its range.</exception>
    public ServerSelector(SelectionCatalog catalog, SelectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        _catalog = catalog;
        _options = options.CheckedCopy();
        _scan = new CandidateScan(catalog, _options);
        _standbyCosts = new double[catalog.Count];
    }

    /// <summary>Chooses.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="input">What is known: latencies for as many servers as the list has, and statuses for as many or for none.</param>
    /// <param name="result">Receives the choice.</param>
    /// <exception cref="ArgumentException">The input is for another number of servers than the list has.</exception>
    public void Select(SelectionRequest request, in SelectionInput input, SelectionResult result)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(result);
        ThrowIfMisaligned(_catalog, in input);
        result.Begin(request.Policy.Name);
        CandidateSet set = result.Candidates;
        _scan.Run(request, in input, set);
        if (input.Current is { } current) result.SetCurrent(_scan.Explain(request, in input, current), set.Reasons[current]);
        if (set.Usable.IsEmpty) return;

        double limit = _options.EquivalenceLimit(set.Cheapest);
        var choice = new TwoChoices(input.Random);
        Offer(ref choice, set.Usable, set.Costs, limit, in input);
        int chosen = choice.Winner;
        result.SetChosen(_catalog.Servers[chosen], chosen, _scan.ExplainUsable(request, in input, chosen), choice.Count, limit);

        int runnerUp = ChooseRunnerUp(set, chosen, in input);
        if (runnerUp >= 0) result.SetRunnerUp(_catalog.Servers[runnerUp], runnerUp, _scan.ExplainUsable(request, in input, runnerUp));
    }

    /// <exception cref="ArgumentException">The input is for another number of servers than the list has.</exception>
    internal static void ThrowIfMisaligned(SelectionCatalog catalog, in SelectionInput input)
    {
        if (input.Latencies.Length != catalog.Count)
            throw new ArgumentException($"{input.Latencies.Length} latencies for {catalog.Count} servers.", nameof(input));
        if (!input.Statuses.IsEmpty && input.Statuses.Length != catalog.Count)
            throw new ArgumentException($"{input.Statuses.Length} statuses for {catalog.Count} servers.", nameof(input));
        if (input.Current is { } current && (uint)current >= (uint)catalog.Count)
            throw new ArgumentException($"The server in use, {current}, is not in a list of {catalog.Count}.", nameof(input));
    }

    // Drawn, and not the cheapest of all: when a server fails, those it carried should not all be ready at the same one.
    private int ChooseRunnerUp(CandidateSet set, int chosen, in SelectionInput input)
    {
        double cheapest = double.PositiveInfinity;
        int city = _catalog.Cities[chosen], provider = _catalog.IsProviderUnknown(chosen) ? -1 : _catalog.Providers[chosen];
        foreach (int server in set.Usable)
        {
            double cost = set.Costs[server];
            if (_catalog.Cities[server] != city) cost += _options.SameCityWorth;
            if (_catalog.Providers[server] == provider) cost += _options.OtherProviderWorth;
            if (server == chosen) cost = double.NaN;
            _standbyCosts[server] = cost;
            if (cost < cheapest) cheapest = cost;
        }
        var choice = new TwoChoices(RandomBits.Mix(input.Random));
        Offer(ref choice, set.Usable, _standbyCosts, _options.EquivalenceLimit(cheapest), in input);
        return choice.Winner;
    }

    private void Offer(ref TwoChoices choice, ReadOnlySpan<int> usable, ReadOnlySpan<double> costs, double limit, in SelectionInput input)
    {
        foreach (int server in usable)
        {
            if (!(costs[server] <= limit)) continue;
            (double weight, double pressure) = CandidateScan.Standing(_catalog, server, in input);
            choice.Offer(server, _catalog.Identities[server], weight, pressure);
        }
    }
}
