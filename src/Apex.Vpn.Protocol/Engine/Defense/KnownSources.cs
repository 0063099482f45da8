using System.Numerics;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>
/// Where the peers are that have a session with us. Each counts twice: by its endpoint, and by its address alone, for those that come back
/// from another port.
/// </summary>
/// <remarks>
/// <para>The control worker writes; any worker reads without a lock. A reader that comes across a change may be told wrong: its message then
/// takes the other lane, no more.</para>
/// <para>Open addressing over keyed hashes, at most half full; memory follows the number of peers with sessions. How many peers stand behind
/// a hash matters to the writer alone.</para>
/// </remarks>
internal sealed class KnownSources(SourceHash hash)
{
    private const int MinCapacity = 64;

    private ulong[] _hashes = new ulong[MinCapacity];
    private int[] _peers = new int[MinCapacity];

    /// <summary>How many different hashes there are: up to two for each peer with a session.</summary>
    internal int Count { get; private set; }

    /// <summary>The size of the table, for tests.</summary>
    internal int Capacity => _hashes.Length;

    /// <summary>Whether a source is known, and by which hash its messages are to be counted. Any worker.</summary>
    /// <remarks>
    /// The endpoint comes first: a peer that stays where it is has its share to itself, whoever else uses its address or pretends to.
    /// </remarks>
    internal bool TryFind(in UdpEndpoint source, out ulong share) =>
        Contains(share = hash.OfEndpoint(in source)) || Contains(share = hash.OfAddress(in source));

    /// <summary>Brings the table in line with a peer: after its sessions began or ended, and after it roamed. Control worker.</summary>
    internal void Follow(Peer peer)
    {
        PeerPath? path = peer.Sessions.HasAny ? peer.Path : null;
        PeerPath? known = peer.Active.KnownPath;
        if (path == known) return;
        peer.Active.KnownPath = path;
        // In before out: a peer that only changed its port keeps its address all the time.
        if (path is not null)
        {
            Add(hash.OfEndpoint(path.Value.Remote));
            Add(hash.OfAddress(path.Value.Remote));
        }
        if (known is null) return;
        Remove(hash.OfEndpoint(known.Value.Remote));
        Remove(hash.OfAddress(known.Value.Remote));
    }

    private bool Contains(ulong wanted)
    {
        ulong[] hashes = Volatile.Read(ref _hashes);
        int mask = hashes.Length - 1;
        // Bounded, as the writer may be moving things while this looks.
        for (int slot = (int)wanted & mask, left = hashes.Length; left > 0; slot = (slot + 1) & mask, left--)
        {
            ulong found = Volatile.Read(ref hashes[slot]);
            if (found == wanted) return true;
            if (found == 0) return false;
        }
        return false;
    }

    private void Add(ulong added)
    {
        int slot = Locate(added);
        if (_hashes[slot] == 0)
        {
            if ((Count + 1) * 2 > _hashes.Length)
            {
                Resize(_hashes.Length * 2);
                slot = Locate(added);
            }
            Volatile.Write(ref _hashes[slot], added);
            Count++;
        }
        _peers[slot]++;
    }

    private void Remove(ulong removed)
    {
        int slot = Locate(removed);
        if (--_peers[slot] > 0) return;
        CloseGap(slot);
        Count--;
        if (_hashes.Length > MinCapacity && Count * 8 < _hashes.Length) Resize(Count * 4);
    }

    // The slot of a hash, or the free one where it belongs.
    private int Locate(ulong wanted)
    {
        int mask = _hashes.Length - 1;
        int slot = (int)wanted & mask;
        while (_hashes[slot] != 0 && _hashes[slot] != wanted) slot = (slot + 1) & mask;
        return slot;
    }

    // Moves up every later entry of the run that may lie there, so that no tombstones are needed.
    private void CloseGap(int gap)
    {
        int mask = _hashes.Length - 1;
        for (int slot = (gap + 1) & mask; _hashes[slot] != 0; slot = (slot + 1) & mask)
        {
            int home = (int)_hashes[slot] & mask;
            if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
            Volatile.Write(ref _hashes[gap], _hashes[slot]);
            _peers[gap] = _peers[slot];
            InjectedYields.Here();
            gap = slot;
        }
        Volatile.Write(ref _hashes[gap], 0);
        _peers[gap] = 0;
    }

    private void Resize(int capacity)
    {
        ulong[] oldHashes = _hashes;
        int[] oldPeers = _peers;
        capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, MinCapacity));
        ulong[] hashes = new ulong[capacity];
        _peers = new int[capacity];
        for (int i = 0; i < oldHashes.Length; i++)
        {
            if (oldHashes[i] == 0) continue;
            int slot = (int)oldHashes[i] & (capacity - 1);
            while (hashes[slot] != 0) slot = (slot + 1) & (capacity - 1);
            hashes[slot] = oldHashes[i];
            _peers[slot] = oldPeers[i];
        }
        Volatile.Write(ref _hashes, hashes); // complete; a reader keeps the one it holds
    }
}
