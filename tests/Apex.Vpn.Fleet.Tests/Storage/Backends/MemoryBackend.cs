using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Fleet.Storage.Memory;

namespace Apex.Vpn.Fleet.Tests.Storage.Backends;

public sealed class MemoryBackend : Backend
{
    private readonly SetClock _clock = new();
    private readonly MemoryDatabase _database;

    public MemoryBackend() => _database = new MemoryDatabase(_clock);

    public override Task PassAsync(TimeSpan time)
    {
        _clock.Offset += time;
        return Task.CompletedTask;
    }

    public override async Task LingerAsync(int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++) await Task.Yield();
    }

    public override void DelayCommits(int seed)
    {
        // A commit is one assignment here.
    }

    private protected override Task<IStorageEngine> OpenEngineAsync() => Task.FromResult<IStorageEngine>(new MemoryEngine(_database));

    private protected override Task RemoveAsync() => Task.CompletedTask;

    private sealed class SetClock : TimeProvider
    {
        internal TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
