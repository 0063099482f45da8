using System.Numerics;
using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>
/// Handshake messages per source while under load: 20 a second, 5 at once (item 8). A source is an IPv4 address or an IPv6 /64.
/// </summary>
/// <remarks>
/// <para>Asked after mac2 proved the source, so no one can fill the table in others' names. Not thread-safe: the control worker's.</para>
/// <para>A bucket is one instant, at which it will be full again (generic cell rate algorithm); a full bucket says what an absent one says,
/// so it can go. Each question sweeps a few slots, and memory follows use. Open addressing with a hash keyed per instance: who cannot
/// learn the key cannot aim at one chain.</para>
/// </remarks>
internal sealed class RateLimiter
{
    internal const int MaxSources = 65_536;
    internal const int PerSecond = 20;
    internal const int Burst = 5;

    private const int MinCapacity = 64;
    private const int SweptPerCall = 8;
    private const int SweptWhenFull = 64;
    private const long CostNanoseconds = 1_000_000_000 / PerSecond;

    private readonly ulong _key;
    private readonly ulong _multiplier;
    private Bucket[] _buckets = new Bucket[MinCapacity];
    private int _cursor;

    internal RateLimiter(EngineRandom random)
    {
        Span<ulong> seeds = stackalloc ulong[2];
        random.Fill(MemoryMarshal.AsBytes(seeds));
        _key = seeds[0];
        _multiplier = seeds[1] | 1;
    }

    /// <summary>How many sources are remembered.</summary>
    internal int Count { get; private set; }

    /// <summary>The size of the table, for tests.</summary>
    internal int Capacity => _buckets.Length;

    /// <summary>Whether one more message is within its source's share, and counts it if so. False too when the table is full.</summary>
    internal bool Allow(in UdpEndpoint source, Instant now)
    {
        Sweep(now, Count >= MaxSources ? SweptWhenFull : SweptPerCall);
        ulong prefix = source.IsIPv4 ? (uint)source.AddressBits : (ulong)(source.AddressBits >> 64);
        byte family = source.IsIPv4 ? (byte)4 : (byte)6;

        ref Bucket bucket = ref _buckets[Locate(prefix, family)];
        if (bucket.Family == 0) return TryInsert(prefix, family, now);
        if (bucket.FullAt - now.Nanoseconds > (Burst - 1) * CostNanoseconds) return false;
        bucket.FullAt = Math.Max(bucket.FullAt, now.Nanoseconds) + CostNanoseconds;
        return true;
    }

    /// <summary>Forgets idle sources and gives their memory back: for when the load is over and no one asks any more.</summary>
    internal void Trim(Instant now)
    {
        Sweep(now, _buckets.Length);
        if (_buckets.Length > MinCapacity && Count * 8 < _buckets.Length) Resize(Count * 4);
    }

    private bool TryInsert(ulong prefix, byte family, Instant now)
    {
        if (Count >= MaxSources) return false;
        if ((Count + 1) * 2 > _buckets.Length) Resize(_buckets.Length * 2);
        _buckets[Locate(prefix, family)] = new Bucket { Prefix = prefix, Family = family, FullAt = now.Nanoseconds + CostNanoseconds };
        Count++;
        return true;
    }

    // The slot of a source, or the free one where it belongs.
    private int Locate(ulong prefix, byte family)
    {
        int mask = _buckets.Length - 1;
        int slot = Home(prefix, family);
        while (_buckets[slot].Family != 0 && (_buckets[slot].Prefix != prefix || _buckets[slot].Family != family)) slot = (slot + 1) & mask;
        return slot;
    }

    private int Home(ulong prefix, byte family)
    {
        ulong high = Math.BigMul(prefix ^ _key, _multiplier + family, out ulong low);
        return (int)(high ^ low) & (_buckets.Length - 1);
    }

    private void Sweep(Instant now, int slots)
    {
        for (; slots > 0; slots--)
        {
            _cursor = (_cursor + 1) & (_buckets.Length - 1);
            if (_cursor == 0 && _buckets.Length > MinCapacity && Count * 8 < _buckets.Length) Resize(_buckets.Length / 2);
            // Removal moves a later bucket here: look again.
            while (_buckets[_cursor].Family != 0 && _buckets[_cursor].FullAt <= now.Nanoseconds) RemoveAt(_cursor);
        }
    }

    // Closes the gap by moving up every later bucket of the run that may lie there, so that no tombstones are needed.
    private void RemoveAt(int gap)
    {
        int mask = _buckets.Length - 1;
        for (int slot = (gap + 1) & mask; _buckets[slot].Family != 0; slot = (slot + 1) & mask)
        {
            int home = Home(_buckets[slot].Prefix, _buckets[slot].Family);
            if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
            _buckets[gap] = _buckets[slot];
            gap = slot;
        }
        _buckets[gap] = default;
        Count--;
    }

    private void Resize(int capacity)
    {
        Bucket[] old = _buckets;
        _buckets = new Bucket[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, MinCapacity))];
        _cursor = 0;
        foreach (Bucket bucket in old)
        {
            if (bucket.Family != 0) _buckets[Locate(bucket.Prefix, bucket.Family)] = bucket;
        }
    }

    private struct Bucket
    {
        internal ulong Prefix;
        internal long FullAt;
        internal byte Family; // 4, 6, or 0 for a free slot
    }
}
