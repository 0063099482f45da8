using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemoryConfigurations(MemorySession session) : IConfigurationStore
{
    public ValueTask<long> AddAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(name);
        MemoryState state = session.Write;
        long version = (Latest(name)?.Version ?? 0) + 1;
        state.Configurations = state.Configurations.Add(
            (name, version), new NodeConfiguration(name, version, content.ToArray(), session.Now));
        return new(version);
    }

    public ValueTask<NodeConfiguration?> FindAsync(string name, long version, CancellationToken cancellationToken = default) =>
        new(session.Read.Configurations.GetValueOrDefault((name, version)));

    public ValueTask<NodeConfiguration?> FindLatestAsync(string name, CancellationToken cancellationToken = default) => new(Latest(name));

    private NodeConfiguration? Latest(string name) =>
        session.Read.Configurations.Values.Where(present => present.Name == name).MaxBy(static present => present.Version);
}
