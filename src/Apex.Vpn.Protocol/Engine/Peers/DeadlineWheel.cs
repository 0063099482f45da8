using System.Numerics;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>
/// A hierarchical timing wheel: setting, moving and taking out a deadline cost the same however many there are. Six levels of 64 places
/// over ticks of about 4.2 ms reach nine years. A deadline never fires early, and late by less than a tick. Owned by the control worker.
/// </summary>
internal sealed class DeadlineWheel
{
    private const int TickShift = 22;
    private const int PlaceBits = 6;
    private const int Places = 1 << PlaceBits;
    private const int Levels = 6;
    private const long Horizon = 1L << (PlaceBits * Levels);

    private readonly Entry?[] _heads = new Entry?[Levels * Places];
    private readonly ulong[] _occupied = new ulong[Levels];
    private long _elapsed; // the tick up to which everything has fired

    /// <summary>Something that can stand in the wheel, once.</summary>
    internal abstract class Entry
    {
        internal Entry? Before { get; set; }

        internal Entry? After { get; set; }

        internal long Tick { get; set; }

        /// <summary>Index of the place, or -1 while it is not in the wheel.</summary>
        internal int Place { get; set; } = -1;
    }

    /// <summary>How many entries stand in the wheel.</summary>
    internal int Count { get; private set; }

    /// <summary>Puts an entry in, or moves it.</summary>
    internal void Set(Entry entry, Instant at)
    {
        Remove(entry);
        // Rounded up, so that it is due only when its instant has come; kept within reach, from where it is set again.
        long tick = (at.Nanoseconds >> TickShift) + ((at.Nanoseconds & ((1L << TickShift) - 1)) != 0 ? 1 : 0);
        entry.Tick = Math.Clamp(tick, _elapsed, _elapsed + (Horizon / 2));
        Insert(entry);
        Count++;
    }

    /// <summary>Takes an entry out if it is in.</summary>
    internal void Remove(Entry entry)
    {
        if (entry.Place < 0) return;
        Unlink(entry);
        Count--;
    }

    /// <summary>A lower bound of the next instant at which something fires: exact for near entries, early for far ones.</summary>
    internal Instant Next()
    {
        for (int level = 0; level < Levels; level++)
        {
            if (_occupied[level] == 0) continue;
            return new Instant(Math.Max(NextTick(level), 1) << TickShift);
        }
        return Instant.Eternity;
    }

    /// <summary>Takes out one entry whose time has come; null when there is none.</summary>
    internal Entry? TakeDue(Instant now)
    {
        long nowTick = now.Nanoseconds >> TickShift;
        while (true)
        {
            int level = LowestOccupied();
            if (level < 0)
            {
                _elapsed = Math.Max(_elapsed, nowTick);
                return null;
            }
            long due = NextTick(level);
            if (due > nowTick)
            {
                _elapsed = Math.Max(_elapsed, nowTick);
                return null;
            }
            _elapsed = Math.Max(_elapsed, due);
            int place = (level * Places) + (int)((due >> (level * PlaceBits)) & (Places - 1));
            if (level > 0)
            {
                Refine(place);
                continue;
            }
            Entry entry = _heads[place]!;
            Unlink(entry);
            Count--;
            return entry;
        }
    }

    /// <summary>
    /// Spreads a place whose time has begun over finer levels: all of it at once, because what stayed would be looked for only after
    /// everything that went down.
    /// </summary>
    private void Refine(int place)
    {
        while (_heads[place] is { } entry)
        {
            Unlink(entry);
            Insert(entry);
        }
    }

    private int LowestOccupied()
    {
        for (int level = 0; level < Levels; level++)
        {
            if (_occupied[level] != 0) return level;
        }
        return -1;
    }

    /// <summary>The tick at which the next occupied place of a level begins.</summary>
    private long NextTick(int level)
    {
        int shift = level * PlaceBits;
        int here = (int)((_elapsed >> shift) & (Places - 1));
        int distance = BitOperations.TrailingZeroCount(BitOperations.RotateRight(_occupied[level], here));
        long tick = ((_elapsed >> shift) + distance) << shift;
        return Math.Max(tick, _elapsed);
    }

    private void Insert(Entry entry)
    {
        // The level is that of the highest group of bits in which the tick differs from now.
        ulong difference = (ulong)(entry.Tick ^ _elapsed) | (Places - 1);
        int level = Math.Min((63 - BitOperations.LeadingZeroCount(difference)) / PlaceBits, Levels - 1);
        int slot = (int)((entry.Tick >> (level * PlaceBits)) & (Places - 1));
        int place = (level * Places) + slot;
        Entry? head = _heads[place];
        entry.Place = place;
        entry.Before = null;
        entry.After = head;
        if (head is not null) head.Before = entry;
        _heads[place] = entry;
        _occupied[level] |= 1UL << slot;
    }

    private void Unlink(Entry entry)
    {
        int place = entry.Place;
        if (entry.Before is { } before) before.After = entry.After;
        else _heads[place] = entry.After;
        if (entry.After is { } after) after.Before = entry.Before;
        entry.Before = entry.After = null;
        entry.Place = -1;
        if (_heads[place] is null) _occupied[place / Places] &= ~(1UL << (place % Places));
    }
}
