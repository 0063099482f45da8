using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Fleet.Storage.Sql;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemoryTokens(MemorySession session) : ITokenTable
{
    public ValueTask<bool> AddAsync(EnrolmentToken token, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(token.NodeName);
        MemoryState state = session.Write;
        if (state.Tokens.ContainsKey(token.Id)) return new(false);
        state.Tokens = state.Tokens.Add(token.Id, token with
        {
            Hash = token.Hash.ToArray(),
            ExpiresAt = DatabaseTime.Truncate(token.ExpiresAt),
            CreatedAt = session.Now,
            UsedAt = null,
            UsedBy = null,
        });
        return new(true);
    }

    public ValueTask<EnrolmentToken?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        new(session.Read.Tokens.GetValueOrDefault(id));

    public ValueTask<EnrolmentToken?> ClaimAsync(
        Guid id, ReadOnlyMemory<byte> hash, string usedBy, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(usedBy);
        MemoryState state = session.Write;
        if (!state.Tokens.TryGetValue(id, out EnrolmentToken? token)
            || token.UsedAt is not null
            || token.ExpiresAt <= session.Now
            || !token.Hash.Span.SequenceEqual(hash.Span))
            return new((EnrolmentToken?)null);
        token = token with { UsedAt = session.Now, UsedBy = usedBy };
        state.Tokens = state.Tokens.SetItem(id, token);
        return new(token);
    }

    public ValueTask<int> TrimAsync(TimeSpan age, int limit, CancellationToken cancellationToken)
    {
        MemoryState state = session.Write;
        Guid[] old =
            [.. state.Tokens.Values.Where(token => token.ExpiresAt < session.Now - age).Take(limit).Select(static token => token.Id)];
        state.Tokens = state.Tokens.RemoveRange(old);
        return new(old.Length);
    }
}
