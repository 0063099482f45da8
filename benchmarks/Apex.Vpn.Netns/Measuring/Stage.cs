using Apex.Vpn.Netns.Network;

namespace Apex.Vpn.Netns.Measuring;

/// <summary>A link with the tunnels of all contenders on it, side by side: those that are not measured are idle.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly Dictionary<string, Tunnel> _tunnels = [];
    private readonly Link _link;

    private Stage(Link link) => _link = link;

    internal static async Task<Stage> SetAsync(LinkKind kind, IEnumerable<Contender> contenders, CancellationToken cancellationToken)
    {
        var stage = new Stage(await Link.CreateAsync(kind, cancellationToken));
        try
        {
            foreach (Contender contender in contenders)
            {
                Tunnel tunnel = await Tunnel.CreateAsync(
                    stage._link, contender.Left, contender.Right, stage._tunnels.Count + 1, cancellationToken);
                stage._tunnels.Add(contender.Name, tunnel);
            }
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>One round.</summary>
    /// <param name="experiment">What is measured.</param>
    /// <param name="number">The round; the contenders take turns at being the first.</param>
    /// <param name="options">How long, and whether with the raw link.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    internal async Task<Trial> RunAsync(Experiment experiment, int number, CompareOptions options, CancellationToken cancellationToken)
    {
        Reading? before = await RawAsync();
        var readings = new Dictionary<string, Reading>();
        for (int i = 0; i < experiment.Contenders.Count; i++)
        {
            string name = experiment.Contenders[(number + i) % experiment.Contenders.Count];
            readings[name] = await Meter.MeasureAsync(_tunnels[name].Route, experiment.Traffic, options.Seconds, cancellationToken);
        }
        return new Trial(experiment.Name, before, readings, await RawAsync());

        // Datagrams and pings on a bare cable say little about the machine's speed: there the raw link is measured with TCP.
        async Task<Reading?> RawAsync() => options.SkipRaw
            ? null
            : await Meter.MeasureAsync(
                Route.Raw(_link), experiment.Traffic.IsTcp() ? experiment.Traffic : Traffic.Tcp1, options.RawSeconds, cancellationToken);
    }

    /// <summary>Peak resident memory of each contender's larger daemon so far, in bytes.</summary>
    internal IReadOnlyDictionary<string, long> PeakMemory() =>
        _tunnels.ToDictionary(static pair => pair.Key, static pair => pair.Value.PeakMemory);

    public async ValueTask DisposeAsync()
    {
        foreach (Tunnel tunnel in _tunnels.Values) await tunnel.DisposeAsync();
        await _link.DisposeAsync();
    }
}
