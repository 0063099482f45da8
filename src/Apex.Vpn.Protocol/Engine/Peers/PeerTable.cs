using System.Diagnostics.CodeAnalysis;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>All peers, by public key and in the order in which they were added. Owned by the control worker.</summary>
internal sealed class PeerTable
{
    private readonly Dictionary<PublicKey, Peer> _byKey = [];
    private int _added;

    internal Peer? First { get; private set; }

    internal Peer? Last { get; private set; }

    internal int Count => _byKey.Count;

    internal bool TryFind(PublicKey key, [NotNullWhen(true)] out Peer? peer) => _byKey.TryGetValue(key, out peer);

    internal void Add(Peer peer)
    {
        _byKey.Add(peer.PublicKey, peer);
        peer.Number = ++_added;
        peer.Earlier = Last;
        if (Last is { } last) last.Later = peer;
        else First = peer;
        Last = peer;
    }

    internal void Remove(Peer peer)
    {
        _byKey.Remove(peer.PublicKey);
        if (peer.Earlier is { } earlier) earlier.Later = peer.Later;
        else First = peer.Later;
        if (peer.Later is { } later) later.Earlier = peer.Earlier;
        else Last = peer.Earlier;
        peer.IsRemoved = true;
    }
}
