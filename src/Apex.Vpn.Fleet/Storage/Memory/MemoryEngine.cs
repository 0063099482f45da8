using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Memory;

/// <summary>A database in memory.</summary>
internal sealed class MemoryEngine(MemoryDatabase database) : IStorageEngine
{
    public int MaxWriters => 1;

    public int DefaultWriters => 1;

    public ValueTask<IStorageSession> OpenAsync(bool readOnly, CancellationToken cancellationToken) =>
        new(new MemorySession(database, readOnly));

    public Failure Classify(Exception exception) => Failure.Own;
}
