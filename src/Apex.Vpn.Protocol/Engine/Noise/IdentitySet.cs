namespace Apex.Vpn.Protocol.Engine.Noise;

/// <summary>The static keys that this device answers for on its one port, the newest first.</summary>
/// <remarks>
/// Changed by the control worker alone, which publishes a new list each time; receiving workers look through it for the one that a message
/// means. One identity is the primary: the one that configuration protocols show and set, and that peers are called from who were never
/// heard under another.
/// </remarks>
internal sealed class IdentitySet : IDisposable
{
    /// <summary>At most so many: junk costs a keyed hash for each.</summary>
    internal const int MaxCount = 8;

    private DeviceIdentity[] _newestFirst = [];

    internal DeviceIdentity? Primary { get; private set; }

    internal ReadOnlySpan<DeviceIdentity> NewestFirst => Volatile.Read(ref _newestFirst);

    /// <summary>The identity that an initiation or a response was made for, as its mac1 shows; null for none. Any thread.</summary>
    internal DeviceIdentity? FindMeant(ReadOnlySpan<byte> message)
    {
        foreach (DeviceIdentity identity in NewestFirst)
        {
            if (identity.Cookies.IsMac1Valid(message)) return identity;
        }
        return null;
    }

    internal DeviceIdentity? Find(PublicKey key)
    {
        foreach (DeviceIdentity identity in NewestFirst)
        {
            if (identity.PublicKey == key) return identity;
        }
        return null;
    }

    /// <summary>Whether there may be one more. One place stays free for a primary.</summary>
    internal bool HasRoom => _newestFirst.Length - (Primary is null ? 0 : 1) < MaxCount - 1;

    /// <summary>Adds an identity that is not there yet, if there is room.</summary>
    internal void Add(DeviceIdentity identity) => Publish([identity, .. _newestFirst]);

    /// <summary>Puts another identity, a new one or one of the others, in the place of the primary, which is no longer answered for.</summary>
    internal void ReplacePrimary(DeviceIdentity? successor)
    {
        DeviceIdentity? former = Primary;
        Primary = successor;
        var others = _newestFirst.Where(identity => identity != former && identity != successor);
        Publish(successor is null ? [.. others] : [successor, .. others]);
    }

    /// <summary>Answers for an identity no longer. Instead of the primary, the newest of the others becomes it.</summary>
    internal void Remove(DeviceIdentity identity)
    {
        Publish([.. _newestFirst.Where(other => other != identity)]);
        if (identity == Primary) Primary = _newestFirst.FirstOrDefault();
    }

    public void Dispose()
    {
        foreach (DeviceIdentity identity in _newestFirst) identity.Dispose();
        (_newestFirst, Primary) = ([], null);
    }

    private void Publish(DeviceIdentity[] newestFirst) => Volatile.Write(ref _newestFirst, newestFirst);
}
