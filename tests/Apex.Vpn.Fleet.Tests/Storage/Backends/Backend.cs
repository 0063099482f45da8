using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Tests.Storage.Backends;

/// <summary>One empty database of some kind, and stores on it: the replicas.</summary>
public abstract class Backend : IAsyncDisposable
{
    private readonly List<FleetStore> _stores = [];

    /// <summary>Another replica.</summary>
    /// <param name="options">How it works; by default as stores do, but looking for others' commits more often.</param>
    public async Task<FleetStore> OpenAsync(FleetStoreOptions? options = null)
    {
        options ??= new FleetStoreOptions { PollInterval = TimeSpan.FromMilliseconds(5) };
        FleetStore store = await FleetStore.OpenAsync(await OpenEngineAsync(), options, TimeProvider.System, CancellationToken.None);
        _stores.Add(store);
        return store;
    }

    /// <summary>Sets the database's clock forward.</summary>
    public abstract Task PassAsync(TimeSpan time);

    /// <summary>Lets others go on for about a time, as a slow network would.</summary>
    public abstract Task LingerAsync(int milliseconds);

    /// <summary>Makes each commit wait for its own time, as commits do: what is numbered first need not be there first.</summary>
    public abstract void DelayCommits(int seed);

    public async ValueTask DisposeAsync()
    {
        foreach (FleetStore store in _stores) await store.DisposeAsync();
        await RemoveAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<IStorageEngine> OpenEngineAsync();

    private protected abstract Task RemoveAsync();
}
