using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>All peers, by public key and in the order in which they were added. Owned by the control worker.</summary>
/// <remarks>
/// Open addressing with linear probing. A place is a reference, since a peer holds its own key, and the key's hash, so that peers are not
/// fetched from memory to find out that they are others. At most three quarters of the places are taken, at least an eighth.
/// </remarks>
internal sealed class PeerTable
{
    private const int MinCapacity = 16;
    private const int KeyWords = PublicKey.Size / sizeof(uint);

    // Where a key stands depends on numbers that nobody outside knows: initiators choose keys where peers are made just in time.
    private readonly ulong[] _multipliers = new ulong[KeyWords + 1];
    private uint[] _hashes = new uint[MinCapacity]; // 0 where nobody stands
    private Peer?[] _peers = new Peer?[MinCapacity];
    private int _added;

    internal PeerTable(EngineRandom random) => random.Fill(MemoryMarshal.AsBytes(_multipliers.AsSpan()));

    internal Peer? First { get; private set; }

    internal Peer? Last { get; private set; }

    internal int Count { get; private set; }

    /// <summary>How many places there are, for tests.</summary>
    internal int Capacity => _hashes.Length;

    internal bool TryFind(PublicKey key, [NotNullWhen(true)] out Peer? peer)
    {
        peer = _peers[PlaceOf(in key, HashOf(in key))];
        return peer is not null;
    }

    internal void Add(Peer peer)
    {
        if ((Count + 1) * 4L > Capacity * 3L) Resize(Capacity * 2);
        PublicKey key = peer.PublicKey;
        uint hash = HashOf(in key);
        int place = PlaceOf(in key, hash);
        if (_hashes[place] != 0) throw new InvalidOperationException("The peer is there already.");
        (_hashes[place], _peers[place]) = (hash, peer);
        Count++;
        peer.Number = ++_added;
        peer.Earlier = Last;
        if (Last is { } last) last.Later = peer;
        else First = peer;
        Last = peer;
    }

    internal void Remove(Peer peer)
    {
        PublicKey key = peer.PublicKey;
        Vacate(PlaceOf(in key, HashOf(in key)));
        Count--;
        if (Capacity > MinCapacity && Count * 8L < Capacity) Resize(Capacity / 2);
        if (peer.Earlier is { } earlier) earlier.Later = peer.Later;
        else First = peer.Later;
        if (peer.Later is { } later) later.Earlier = peer.Earlier;
        else Last = peer.Earlier;
        peer.IsRemoved = true;
    }

    /// <summary>Where the peer with this key stands, or the free place where it would.</summary>
    private int PlaceOf(in PublicKey key, uint hash)
    {
        int mask = Capacity - 1;
        int place = (int)hash & mask;
        while (_hashes[place] != 0 && (_hashes[place] != hash || _peers[place]!.PublicKey != key)) place = (place + 1) & mask;
        return place;
    }

    /// <summary>
    /// Multilinear hashing: for numbers drawn at random, two different keys meet in a given place with the least probability there is
    /// (Carter and Wegman, 1979; in this form Thorup, "High Speed Hashing for Integers and Strings", 3.2).
    /// </summary>
    private uint HashOf(in PublicKey key)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(PublicKey.AsSpan(in key));
        ulong sum = _multipliers[KeyWords];
        for (int i = 0; i < KeyWords; i++) sum += _multipliers[i] * words[i];
        return Math.Max((uint)(sum >> 32), 1);
    }

    // What stands behind the gap and was kept from its home by what stood there moves up, so that no search ends too early.
    private void Vacate(int gap)
    {
        int mask = Capacity - 1;
        for (int place = (gap + 1) & mask; _hashes[place] != 0; place = (place + 1) & mask)
        {
            int wayFromHome = (place - (int)_hashes[place]) & mask;
            if (wayFromHome < ((place - gap) & mask)) continue;
            (_hashes[gap], _peers[gap]) = (_hashes[place], _peers[place]);
            gap = place;
        }
        (_hashes[gap], _peers[gap]) = (0, null);
    }

    private void Resize(int capacity)
    {
        (uint[] hashes, Peer?[] peers) = (_hashes, _peers);
        (_hashes, _peers) = (new uint[capacity], new Peer?[capacity]);
        int mask = capacity - 1;
        for (int i = 0; i < hashes.Length; i++)
        {
            if (hashes[i] == 0) continue;
            int place = (int)hashes[i] & mask;
            while (_hashes[place] != 0) place = (place + 1) & mask;
            (_hashes[place], _peers[place]) = (hashes[i], peers[i]);
        }
    }
}
