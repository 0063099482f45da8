using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Fleet.Storage.Sql;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemoryRevocations(MemorySession session) : IRevocationTable
{
    public ValueTask<bool> AddAsync(Revocation revocation, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(revocation.Kind);
        MemoryState state = session.Write;
        (string, string) key = (revocation.Kind, MemoryState.KeyOf(revocation.Subject));
        if (state.Revocations.ContainsKey(key)) return new(false);
        state.Revocations = state.Revocations.Add(key, revocation with
        {
            Subject = revocation.Subject.ToArray(),
            RevokedAt = session.Now,
            ExpiresAt = revocation.ExpiresAt is { } time ? DatabaseTime.Truncate(time) : null,
        });
        return new(true);
    }

    public ValueTask<bool> ContainsAsync(string kind, ReadOnlyMemory<byte> subject, CancellationToken cancellationToken = default) =>
        new(session.Read.Revocations.ContainsKey((kind, MemoryState.KeyOf(subject))));

    public ValueTask<IReadOnlyList<Revocation>> ListAsync(string kind, CancellationToken cancellationToken = default) =>
        new([.. session.Read.Revocations
            .Where(row => row.Key.Kind == kind)
            .OrderBy(static row => row.Value.RevokedAt)
            .ThenBy(static row => row.Key.Subject, StringComparer.Ordinal)
            .Select(static row => row.Value)]);

    public ValueTask<int> TrimAsync(TimeSpan age, int limit, CancellationToken cancellationToken)
    {
        MemoryState state = session.Write;
        (string, string)[] old =
            [.. state.Revocations.Where(row => row.Value.ExpiresAt < session.Now - age).Take(limit).Select(static row => row.Key)];
        state.Revocations = state.Revocations.RemoveRange(old);
        return new(old.Length);
    }
}
