using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>certificate</c>.</summary>
internal sealed class CertificateTable(SqlSession session) : ICertificateStore
{
    private const string Columns = "serial, node_id, not_before, not_after, revoked_at";

    private const string Insert = $"""
        INSERT INTO certificate ({Columns})
        SELECT @serial, id, @not_before, @not_after, NULL FROM node WHERE id = @node_id
        ON CONFLICT DO NOTHING
        """;

    private const string BySerial = $"SELECT {Columns} FROM certificate WHERE serial = @serial";

    private const string ByNode = $"SELECT {Columns} FROM certificate WHERE node_id = @node_id ORDER BY not_after DESC, serial";

    private const string Revoke = "UPDATE certificate SET revoked_at = @now WHERE node_id = @node_id AND revoked_at IS NULL";

    public async ValueTask<bool> AddAsync(Certificate certificate, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(certificate.Serial);
        return await session.Write(Insert)
            .Bind("@serial", certificate.Serial).Bind("@not_before", certificate.NotBefore).Bind("@not_after", certificate.NotAfter)
            .Bind("@node_id", certificate.NodeId)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;
    }

    public ValueTask<Certificate?> FindAsync(string serial, CancellationToken cancellationToken = default) =>
        session.Read(BySerial).Bind("@serial", serial).FirstAsync(Read, cancellationToken);

    public ValueTask<IReadOnlyList<Certificate>> ListAsync(Guid nodeId, CancellationToken cancellationToken = default) =>
        session.Read(ByNode).Bind("@node_id", nodeId).ListAsync(Read, cancellationToken);

    public ValueTask<int> RevokeAllAsync(Guid nodeId, CancellationToken cancellationToken = default) =>
        session.Write(Revoke).Bind("@now", session.Now).Bind("@node_id", nodeId).ExecuteAsync(cancellationToken);

    private static Certificate Read(Row row) => new(row.Text(0), row.Id(1), row.Time(2), row.Time(3), row.TimeOrNull(4));
}
