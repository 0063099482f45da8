using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>All peers, by public key and in the order in which they were added. Owned by the control worker.</summary>
/// <remarks>
/// Open addressing with linear probing over references; a peer holds its own key, so a place is one word. At most three quarters of the
/// places are taken, at least an eighth.
/// </remarks>
internal sealed class PeerTable
{
    private const int MinCapacity = 16;
    private const int KeyWords = PublicKey.Size / sizeof(uint);

    // Where a key stands depends on numbers that nobody outside knows: initiators choose keys where peers are made just in time.
    private readonly ulong[] _multipliers = new ulong[KeyWords + 1];
    private Peer?[] _places = new Peer?[MinCapacity];
    private int _added;

    internal PeerTable() => RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_multipliers.AsSpan()));

    internal Peer? First { get; private set; }

    internal Peer? Last { get; private set; }

    internal int Count { get; private set; }

    /// <summary>How many places there are, for tests.</summary>
    internal int Capacity => _places.Length;

    internal bool TryFind(PublicKey key, [NotNullWhen(true)] out Peer? peer)
    {
        peer = _places[PlaceOf(in key)];
        return peer is not null;
    }

    internal void Add(Peer peer)
    {
        if ((Count + 1) * 4L > _places.Length * 3L) Resize(_places.Length * 2);
        PublicKey key = peer.PublicKey;
        int place = PlaceOf(in key);
        if (_places[place] is not null) throw new InvalidOperationException("The peer is there already.");
        _places[place] = peer;
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
        Vacate(PlaceOf(in key));
        Count--;
        if (_places.Length > MinCapacity && Count * 8L < _places.Length) Resize(_places.Length / 2);
        if (peer.Earlier is { } earlier) earlier.Later = peer.Later;
        else First = peer.Later;
        if (peer.Later is { } later) later.Earlier = peer.Earlier;
        else Last = peer.Earlier;
        peer.IsRemoved = true;
    }

    /// <summary>Where the peer with this key stands, or the free place where it would.</summary>
    private int PlaceOf(in PublicKey key)
    {
        int mask = _places.Length - 1;
        int place = HomeOf(in key) & mask;
        while (_places[place] is { } peer && peer.PublicKey != key) place = (place + 1) & mask;
        return place;
    }

    /// <summary>
    /// Multilinear hashing: for numbers drawn at random, two different keys meet in a given place with the least probability there is
    /// (Carter and Wegman, 1979; in this form Thorup, "High Speed Hashing for Integers and Strings", 3.2).
    /// </summary>
    private int HomeOf(in PublicKey key)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(PublicKey.AsSpan(in key));
        ulong sum = _multipliers[KeyWords];
        for (int i = 0; i < KeyWords; i++) sum += _multipliers[i] * words[i];
        return (int)(sum >> 32);
    }

    // What stands behind the gap and was kept from its home by what stood there moves up, so that no search ends too early.
    private void Vacate(int gap)
    {
        int mask = _places.Length - 1;
        for (int place = (gap + 1) & mask; _places[place] is { } peer; place = (place + 1) & mask)
        {
            PublicKey key = peer.PublicKey;
            int wayFromHome = (place - HomeOf(in key)) & mask;
            if (wayFromHome < ((place - gap) & mask)) continue;
            _places[gap] = peer;
            gap = place;
        }
        _places[gap] = null;
    }

    private void Resize(int capacity)
    {
        Peer?[] former = _places;
        _places = new Peer?[capacity];
        foreach (Peer? peer in former)
        {
            if (peer is null) continue;
            PublicKey key = peer.PublicKey;
            _places[PlaceOf(in key)] = peer;
        }
    }
}
