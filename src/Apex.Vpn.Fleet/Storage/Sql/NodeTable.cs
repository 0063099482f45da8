using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>node</c>.</summary>
internal sealed class NodeTable(SqlSession session) : INodeStore
{
    private const string Columns =
        "id, name, city, country, provider, state, epoch, configuration_version, applied_version, enrolled_at, updated_at";

    private const string Insert = $"""
        INSERT INTO node ({Columns})
        VALUES (@id, @name, @city, @country, @provider, @state, @epoch, @configuration_version, @applied_version, @enrolled_at, @now)
        ON CONFLICT DO NOTHING
        """;

    private const string ById = $"SELECT {Columns} FROM node WHERE id = @id";

    private const string ByName = $"SELECT {Columns} FROM node WHERE name = @name";

    private const string Page = $"SELECT {Columns} FROM node WHERE id > @after ORDER BY id LIMIT @limit";

    private const string ByState = $"SELECT {Columns} FROM node WHERE state = @state ORDER BY id";

    private const string Claim = "UPDATE node SET epoch = epoch + 1, updated_at = @now WHERE id = @id RETURNING epoch";

    private const string Update = """
        UPDATE node
        SET city = @city, country = @country, provider = @provider, state = @state, applied_version = @applied_version,
            enrolled_at = @enrolled_at, updated_at = @now
        WHERE id = @id AND epoch = @epoch
        """;

    private const string Move = "UPDATE node SET state = @state, updated_at = @now WHERE id = @id AND epoch = @epoch AND state = @expected";

    private const string SetConfiguration =
        "UPDATE node SET configuration_version = @version, updated_at = @now WHERE id = @id AND configuration_version = @expected";

    private const string Delete = "DELETE FROM node WHERE id = @id";

    public async ValueTask<bool> AddAsync(Node node, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(node.Name);
        Limits.CheckKnown(node.State, nameof(node));
        return await session.Write(Insert)
            .Bind("@id", node.Id).Bind("@name", node.Name).Bind("@city", node.City).Bind("@country", node.Country.ToString())
            .Bind("@provider", node.Provider).Bind("@state", node.State).Bind("@epoch", node.Epoch)
            .Bind("@configuration_version", node.ConfigurationVersion).Bind("@applied_version", node.AppliedVersion)
            .Bind("@enrolled_at", node.EnrolledAt).Bind("@now", session.Now)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;
    }

    public ValueTask<Node?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        session.Read(ById).Bind("@id", id).FirstAsync(Read, cancellationToken);

    public ValueTask<Node?> FindByNameAsync(string name, CancellationToken cancellationToken = default) =>
        session.Read(ByName).Bind("@name", name).FirstAsync(Read, cancellationToken);

    public ValueTask<IReadOnlyList<Node>> ListAsync(Guid? after, int limit, CancellationToken cancellationToken = default)
    {
        Limits.CheckPage(limit);
        return session.Read(Page).Bind("@after", after?.ToString("D") ?? "").Bind("@limit", limit).ListAsync(Read, cancellationToken);
    }

    public ValueTask<IReadOnlyList<Node>> ListByStateAsync(NodeState state, CancellationToken cancellationToken = default) =>
        session.Read(ByState).Bind("@state", state).ListAsync(Read, cancellationToken);

    public ValueTask<long?> ClaimAsync(Guid id, CancellationToken cancellationToken = default) =>
        session.Write(Claim).Bind("@now", session.Now).Bind("@id", id).FirstAsync(static row => (long?)row.Number(0), cancellationToken);

    public async ValueTask<bool> UpdateAsync(Node node, CancellationToken cancellationToken = default)
    {
        Limits.CheckKnown(node.State, nameof(node));
        return await session.Write(Update)
            .Bind("@city", node.City).Bind("@country", node.Country.ToString()).Bind("@provider", node.Provider)
            .Bind("@state", node.State).Bind("@applied_version", node.AppliedVersion).Bind("@enrolled_at", node.EnrolledAt)
            .Bind("@now", session.Now).Bind("@id", node.Id).Bind("@epoch", node.Epoch)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;
    }

    public async ValueTask<bool> MoveAsync(
        Guid id, long epoch, NodeState expected, NodeState state, CancellationToken cancellationToken = default)
    {
        Limits.CheckKnown(state, nameof(state));
        return await session.Write(Move)
            .Bind("@state", state).Bind("@now", session.Now).Bind("@id", id).Bind("@epoch", epoch).Bind("@expected", expected)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;
    }

    public async ValueTask<bool> SetConfigurationAsync(
        Guid id, long expected, long version, CancellationToken cancellationToken = default) =>
        await session.Write(SetConfiguration)
            .Bind("@version", version).Bind("@now", session.Now).Bind("@id", id).Bind("@expected", expected)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;

    public async ValueTask<bool> RemoveAsync(Guid id, CancellationToken cancellationToken = default) =>
        await session.Write(Delete).Bind("@id", id).ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;

    private static Node Read(Row row) => new()
    {
        Id = row.Id(0),
        Name = row.Text(1),
        City = row.Text(2),
        Country = CountryCode.TryParse(row.Text(3), out CountryCode country) ? country : default,
        Provider = row.Text(4),
        State = row.Value<NodeState>(5),
        Epoch = row.Number(6),
        ConfigurationVersion = row.Number(7),
        AppliedVersion = row.Number(8),
        EnrolledAt = row.TimeOrNull(9),
        UpdatedAt = row.Time(10),
    };
}
