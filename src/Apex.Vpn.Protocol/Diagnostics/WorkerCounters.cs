namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>The counters of one worker: it alone adds, anybody reads.</summary>
/// <remarks>
/// One writer needs no interlocked add. The counters lie between two unused stretches, so that no other object's writes, and no other
/// worker's counters, share their cache lines.
/// </remarks>
internal sealed class WorkerCounters
{
    private const int Kinds = (int)CounterKind.ProbesAnswered + 1;

    // 128 bytes: two lines, because processors fetch lines in pairs.
    private const int Padding = 128 / sizeof(long);

    private readonly long[] _values = new long[Padding + Kinds + DropReasonNames.Count + Padding];

    /// <summary>Adds to a counter. Only the owning worker may call it.</summary>
    internal void Add(CounterKind kind, long amount) => Add(ref _values[Padding + (int)kind], amount);

    /// <summary>Counts a dropped packet. Only the owning worker may call it.</summary>
    internal void Drop(DropReason reason) => Drop(reason, 1);

    /// <summary>Counts dropped packets. Only the owning worker may call it.</summary>
    internal void Drop(DropReason reason, long packets) => Add(ref _values[Padding + Kinds + (int)reason], packets);

    /// <summary>Reads a counter. Any thread.</summary>
    internal long Read(CounterKind kind) => Volatile.Read(ref _values[Padding + (int)kind]);

    /// <summary>Reads the drops for a reason. Any thread.</summary>
    internal long Dropped(DropReason reason) => Volatile.Read(ref _values[Padding + Kinds + (int)reason]);

    /// <summary>Adds all of another worker's counters, whose worker has ended.</summary>
    internal void Absorb(WorkerCounters ended)
    {
        for (int i = Padding; i < _values.Length - Padding; i++) Add(ref _values[i], Volatile.Read(ref ended._values[i]));
    }

    // Volatile on both sides: a reader on a 32-bit machine never sees half a value.
    private static void Add(ref long value, long amount) => Volatile.Write(ref value, value + amount);
}
