using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>What a key was granted last.</summary>
internal sealed class CachedGrant(PublicKey key, KeyId id) : Aged<CachedGrant>
{
    internal PublicKey Key { get; } = key;

    internal KeyId Id { get; } = id;

    internal AllowedIpPrefix[] AllowedIps { get; set; } = [];

    /// <summary>The preshared key in the slab; empty for none.</summary>
    internal SecretSlot PresharedKey { get; set; }

    internal int Class { get; set; }

    /// <summary>From when on the next handshake asks again.</summary>
    internal Instant FreshUntil { get; set; }
}

/// <summary>Grants by key. Who was not seen for six hours is forgotten; when there is no room, who was not seen for the longest time.</summary>
internal sealed class GrantCache(SecretSlab secrets, int capacity)
{
    /// <summary>A grant is used for so long without proof that the authorizer lives, and remembered for so long without use.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromHours(6);

    private readonly Dictionary<KeyId, CachedGrant> _byKey = [];
    private readonly AgeList<CachedGrant> _byUse = new();

    internal int Count => _byUse.Count;

    /// <summary>When the next one is forgotten; not set when there is none.</summary>
    internal Instant LifetimeEnds => _byUse.OldestIs(Lifetime);

    internal CachedGrant? Find(KeyId id) => _byKey.GetValueOrDefault(id);

    /// <summary>A key came on its grant.</summary>
    internal void Touch(CachedGrant grant, Instant now)
    {
        _byUse.Remove(grant);
        _byUse.Append(grant, now);
    }

    /// <summary>Remembers an answer, in place of an earlier one, and takes over its preshared key.</summary>
    internal CachedGrant Put(PublicKey key, KeyId id, GrantAnswer answer, Instant now)
    {
        CachedGrant? grant = Find(id);
        if (grant is null)
        {
            if (Count == capacity) Remove(_byUse.Oldest!);
            _byKey.Add(id, grant = new CachedGrant(key, id));
            _byUse.Append(grant, now);
        }
        else
        {
            Touch(grant, now);
            ErasePresharedKey(grant);
        }
        (grant.AllowedIps, grant.PresharedKey, grant.Class) = (answer.AllowedIps, answer.PresharedKey, answer.Class);
        grant.FreshUntil = now + answer.Fresh;
        return grant;
    }

    internal void Remove(CachedGrant grant)
    {
        _byKey.Remove(grant.Id);
        _byUse.Remove(grant);
        ErasePresharedKey(grant);
        if (Count == 0) _byKey.TrimExcess();
    }

    /// <summary>Forgets those that were not used for a lifetime.</summary>
    internal void Expire(Instant now)
    {
        while (_byUse.Oldest is { } oldest && oldest.Since + Lifetime <= now) Remove(oldest);
    }

    internal void Clear()
    {
        while (_byUse.Oldest is { } oldest) Remove(oldest);
    }

    private void ErasePresharedKey(CachedGrant grant)
    {
        if (!grant.PresharedKey.IsEmpty) secrets.Return(grant.PresharedKey);
        grant.PresharedKey = default;
    }
}
