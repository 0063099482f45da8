using Apex.Vpn.Protocol.Engine;

namespace Apex.Vpn.Fuzz.Stress;

/// <summary>
/// Virtual time that work moves on: each batch takes a while, and only when nothing happens does waiting. A slow machine makes time slow,
/// not sessions old.
/// </summary>
internal sealed class StressClock
{
    private static readonly TimeSpan BatchTime = TimeSpan.FromMilliseconds(10);

    private readonly List<Alarm> _alarms = [];
    private long _nanoseconds = 1_000_000_000_000;
    private long _batches;

    internal Instant Now => new(Interlocked.Read(ref _nanoseconds));

    internal long Batches => Interlocked.Read(ref _batches);

    /// <summary>An alarm for a thread; to be had before threads start.</summary>
    internal Alarm AddAlarm(Action ring)
    {
        var alarm = new Alarm(this, ring);
        _alarms.Add(alarm);
        return alarm;
    }

    /// <summary>A worker did a batch.</summary>
    internal void CountBatch()
    {
        Interlocked.Increment(ref _batches);
        Advance(BatchTime);
    }

    internal void Advance(TimeSpan time)
    {
        var now = new Instant(Interlocked.Add(ref _nanoseconds, time.Ticks * 100));
        foreach (Alarm alarm in _alarms) alarm.RingIfDue(now);
    }

    /// <summary>Rings once when its time has come.</summary>
    internal sealed class Alarm(StressClock clock, Action ring)
    {
        private long _at = long.MaxValue;

        /// <summary>Sets the alarm; rings at once when the time has come already.</summary>
        internal void Set(Instant at)
        {
            Interlocked.Exchange(ref _at, at.Nanoseconds);
            RingIfDue(clock.Now); // whoever moved the clock on before the exchange did not see it
        }

        internal void RingIfDue(Instant now)
        {
            long at = Volatile.Read(ref _at);
            if (now.Nanoseconds >= at && Interlocked.CompareExchange(ref _at, long.MaxValue, at) == at) ring();
        }
    }
}
