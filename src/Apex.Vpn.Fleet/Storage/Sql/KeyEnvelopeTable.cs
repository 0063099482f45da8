using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>key_envelope</c>.</summary>
internal sealed class KeyEnvelopeTable(SqlSession session) : IKeyEnvelopeStore
{
    private const string Insert = """
        INSERT INTO key_envelope (name, version, ciphertext, created_at) VALUES (@name, @version, @ciphertext, @now)
        ON CONFLICT DO NOTHING
        """;

    private const string ByName = "SELECT name, version, ciphertext, created_at FROM key_envelope WHERE name = @name ORDER BY version DESC";

    private const string Delete = "DELETE FROM key_envelope WHERE name = @name AND version = @version";

    public async ValueTask<bool> AddAsync(KeyEnvelope envelope, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(envelope.Name);
        return await session.Write(Insert)
            .Bind("@name", envelope.Name).Bind("@version", envelope.Version).Bind("@ciphertext", envelope.Ciphertext)
            .Bind("@now", session.Now)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;
    }

    public ValueTask<IReadOnlyList<KeyEnvelope>> ListAsync(string name, CancellationToken cancellationToken = default) =>
        session.Read(ByName).Bind("@name", name)
            .ListAsync(static row => new KeyEnvelope(row.Text(0), row.Number(1), row.Bytes(2), row.Time(3)), cancellationToken);

    public async ValueTask<bool> RemoveAsync(string name, long version, CancellationToken cancellationToken = default) =>
        await session.Write(Delete).Bind("@name", name).Bind("@version", version)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;
}
