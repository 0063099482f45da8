using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Fleet.Storage.Sql;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemoryCertificates(MemorySession session) : ICertificateStore
{
    public ValueTask<bool> AddAsync(Certificate certificate, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(certificate.Serial);
        MemoryState state = session.Write;
        if (!state.Nodes.ContainsKey(certificate.NodeId) || state.Certificates.ContainsKey(certificate.Serial)) return new(false);
        state.Certificates = state.Certificates.Add(certificate.Serial, certificate with
        {
            NotBefore = DatabaseTime.Truncate(certificate.NotBefore),
            NotAfter = DatabaseTime.Truncate(certificate.NotAfter),
            RevokedAt = null,
        });
        return new(true);
    }

    public ValueTask<Certificate?> FindAsync(string serial, CancellationToken cancellationToken = default) =>
        new(session.Read.Certificates.GetValueOrDefault(serial));

    public ValueTask<IReadOnlyList<Certificate>> ListAsync(Guid nodeId, CancellationToken cancellationToken = default) =>
        new([.. Of(nodeId)
            .OrderByDescending(static certificate => certificate.NotAfter)
            .ThenBy(static certificate => certificate.Serial, StringComparer.Ordinal)]);

    public ValueTask<int> RevokeAllAsync(Guid nodeId, CancellationToken cancellationToken = default)
    {
        MemoryState state = session.Write;
        Certificate[] valid = [.. Of(nodeId).Where(static certificate => certificate.RevokedAt is null)];
        foreach (Certificate certificate in valid)
            state.Certificates = state.Certificates.SetItem(certificate.Serial, certificate with { RevokedAt = session.Now });
        return new(valid.Length);
    }

    private IEnumerable<Certificate> Of(Guid nodeId) => session.Read.Certificates.Values.Where(certificate => certificate.NodeId == nodeId);
}
