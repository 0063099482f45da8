namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>
/// Keys that were refused a moment ago, so that who tries again and again costs one question in five seconds. A fixed table: what falls on
/// the same place pushes the older one out, which then is asked about again.
/// </summary>
internal sealed class RefusedKeys
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private const int Places = 1 << 14;

    private readonly (ulong Tag, long Until)[] _places = new (ulong, long)[Places];

    internal void Add(KeyId id, Instant now) => Place(id) = (id.High, (now + Lifetime).Nanoseconds);

    internal bool Contains(KeyId id, Instant now)
    {
        (ulong tag, long until) = Place(id);
        return tag == id.High && now.Nanoseconds < until;
    }

    internal void Remove(KeyId id)
    {
        ref (ulong Tag, long Until) place = ref Place(id);
        if (place.Tag == id.High) place = default;
    }

    private ref (ulong Tag, long Until) Place(KeyId id) => ref _places[(int)id.Low & (Places - 1)];
}
