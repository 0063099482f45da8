using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>configuration</c>.</summary>
internal sealed class ConfigurationTable(SqlSession session) : IConfigurationStore
{
    private const int MaxTries = 32;

    // Two that add at once draw the same number; the one that comes second waits for the first, adds nothing and draws again.
    private const string Insert = """
        INSERT INTO configuration (name, version, content, created_at)
        SELECT @name, COALESCE(MAX(version), 0) + 1, @content, @now FROM configuration WHERE name = @name
        ON CONFLICT DO NOTHING
        RETURNING version
        """;

    private const string ByVersion =
        "SELECT name, version, content, created_at FROM configuration WHERE name = @name AND version = @version";

    private const string Latest =
        "SELECT name, version, content, created_at FROM configuration WHERE name = @name ORDER BY version DESC LIMIT 1";

    public async ValueTask<long> AddAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(name);
        for (int i = 0; i < MaxTries; i++)
        {
            long? version = await session.Write(Insert)
                .Bind("@name", name).Bind("@content", content).Bind("@now", session.Now)
                .FirstAsync(static row => (long?)row.Number(0), cancellationToken).ConfigureAwait(false);
            if (version is { } added) return added;
        }
        throw new StoreUnavailableException($"Others added a version of '{name}' in each of {MaxTries} tries.");
    }

    public ValueTask<NodeConfiguration?> FindAsync(string name, long version, CancellationToken cancellationToken = default) =>
        session.Read(ByVersion).Bind("@name", name).Bind("@version", version).FirstAsync(Read, cancellationToken);

    public ValueTask<NodeConfiguration?> FindLatestAsync(string name, CancellationToken cancellationToken = default) =>
        session.Read(Latest).Bind("@name", name).FirstAsync(Read, cancellationToken);

    private static NodeConfiguration Read(Row row) => new(row.Text(0), row.Number(1), row.Bytes(2), row.Time(3));
}
