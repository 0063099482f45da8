using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Fleet.Storage.Sql;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemorySessions(MemorySession session) : ISessionTable
{
    public ValueTask<bool> AddAsync(Session added, CancellationToken cancellationToken = default)
    {
        MemoryState state = session.Write;
        string hash = MemoryState.KeyOf(added.Hash);
        if (!state.Devices.TryGetValue(added.DeviceId, out Device? device)
            || device.AccountId != added.AccountId
            || device.RevokedAt is not null
            || state.Sessions.ContainsKey(added.Id)
            || state.SessionHashes.ContainsKey(hash))
            return new(false);
        state.SessionHashes = state.SessionHashes.Add(hash, added.Id);
        state.Sessions = state.Sessions.Add(added.Id, added with
        {
            Hash = added.Hash.ToArray(),
            Generation = 0,
            ExpiresAt = DatabaseTime.Truncate(added.ExpiresAt),
            CreatedAt = session.Now,
            RevokedAt = null,
        });
        return new(true);
    }

    public ValueTask<Session?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        new(session.Read.Sessions.GetValueOrDefault(id));

    public ValueTask<SessionRotation> RotateAsync(
        ReadOnlyMemory<byte> presented,
        ReadOnlyMemory<byte> replacement,
        Guid deviceId,
        DateTimeOffset expiresAt,
        CancellationToken cancellationToken = default)
    {
        MemoryState state = session.Write;
        string old = MemoryState.KeyOf(presented);
        if (state.SessionHashes.TryGetValue(old, out Guid id)
            && state.Sessions[id] is { RevokedAt: null } valid
            && valid.DeviceId == deviceId
            && valid.ExpiresAt > session.Now)
        {
            state.SessionHashes = state.SessionHashes.Remove(old).Add(MemoryState.KeyOf(replacement), id);
            state.SpentHashes = state.SpentHashes.Add(old, id);
            Session rotated = valid with
            {
                Hash = replacement.ToArray(),
                Generation = valid.Generation + 1,
                ExpiresAt = DatabaseTime.Truncate(expiresAt),
            };
            state.Sessions = state.Sessions.SetItem(id, rotated);
            return new(new SessionRotation(SessionOutcome.Rotated, rotated));
        }
        if (state.SpentHashes.TryGetValue(old, out id) && End(id) is { } ended)
            return new(new SessionRotation(SessionOutcome.Reused, ended));
        return new(new SessionRotation(SessionOutcome.Refused, null));
    }

    public ValueTask<bool> RevokeAsync(Guid id, CancellationToken cancellationToken = default)
    {
        _ = session.Write;
        return new(End(id) is not null);
    }

    public ValueTask<int> RevokeAllAsync(Guid accountId, CancellationToken cancellationToken = default)
    {
        Session[] all = [.. session.Write.Sessions.Values.Where(present => present.AccountId == accountId)];
        return new(all.Count(present => End(present.Id) is not null));
    }

    public ValueTask<int> TrimAsync(TimeSpan age, int limit, CancellationToken cancellationToken)
    {
        MemoryState state = session.Write;
        Session[] old = [.. state.Sessions.Values.Where(present => present.ExpiresAt < session.Now - age).Take(limit)];
        Remove(state, old);
        return new(old.Length);
    }

    /// <summary>Removes sessions with all that is remembered of their tokens.</summary>
    internal static void Remove(MemoryState state, IReadOnlyCollection<Session> sessions)
    {
        HashSet<Guid> ids = [.. sessions.Select(static present => present.Id)];
        state.Sessions = state.Sessions.RemoveRange(ids);
        state.SessionHashes = state.SessionHashes.RemoveRange(sessions.Select(static present => MemoryState.KeyOf(present.Hash)));
        state.SpentHashes = state.SpentHashes.RemoveRange(
            state.SpentHashes.Where(spent => ids.Contains(spent.Value)).Select(static spent => spent.Key));
    }

    /// <summary>Ends the sessions of a device.</summary>
    internal static void EndAll(MemorySession session, Guid deviceId)
    {
        MemoryState state = session.Write;
        Session[] valid = [.. state.Sessions.Values.Where(present => present.DeviceId == deviceId && present.RevokedAt is null)];
        foreach (Session present in valid)
            state.Sessions = state.Sessions.SetItem(present.Id, present with { RevokedAt = session.Now });
    }

    private Session? End(Guid id)
    {
        MemoryState state = session.Write;
        if (!state.Sessions.TryGetValue(id, out Session? present) || present.RevokedAt is not null) return null;
        Session ended = present with { RevokedAt = session.Now };
        state.Sessions = state.Sessions.SetItem(id, ended);
        return ended;
    }
}
