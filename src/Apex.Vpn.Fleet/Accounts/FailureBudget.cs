using System.Runtime.InteropServices;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>How many wrong credentials are put up with: from one /24 or /56, and in all.</summary>
/// <remarks>
/// <para>From one prefix 10 at once and then one in 30 s; from all together 1000 at once and then 50 a second. An attempt is charged before
/// it is checked, so that a thousand at once are not all let through, and given back when it was right. What is beyond the budget is
/// refused without a look at the credentials.</para>
/// <para>Prefixes are keyed hashes in a table of fixed size (1.5 MiB); when eight that share a place are all in debt, the one that owes
/// least is forgotten, and the budget for all still holds. A state machine: <c>now</c> is the time on a clock that never goes back. Safe
/// from any thread.</para>
/// </remarks>
public sealed class FailureBudget
{
    /// <summary>How many failures one prefix may have at once, 10.</summary>
    public const int PrefixBurst = 10;

    /// <summary>How many failures all may have at once, 1000.</summary>
    public const int TotalBurst = 1000;

    /// <summary>How long a prefix waits for each further failure, 30 s.</summary>
    public static readonly TimeSpan PrefixInterval = TimeSpan.FromSeconds(30);

    /// <summary>How long all wait for each further failure, 20 ms.</summary>
    public static readonly TimeSpan TotalInterval = TimeSpan.FromMilliseconds(20);

    private const int Ways = 8;
    private const int Sets = 8192;

    private readonly Lock _lock = new();
    private readonly Place[] _places = new Place[Ways * Sets];
    private readonly TokenRate _prefixRate = new(PrefixInterval, PrefixBurst);
    private readonly TokenRate _totalRate = new(TotalInterval, TotalBurst);
    private TimeSpan _total = TimeSpan.MinValue / 2;

    /// <summary>Before credentials are looked at: whether they may be.</summary>
    /// <param name="prefix">Where they come from (<see cref="ClientPrefixHasher"/>).</param>
    /// <param name="now">The time.</param>
    /// <returns>False when the budget is used up; nothing is charged then.</returns>
    public bool TryBegin(ulong prefix, TimeSpan now)
    {
        lock (_lock)
        {
            ref Place place = ref Find(prefix, now);
            if (!_prefixRate.HasOne(place.FullAt, now) || !_totalRate.TryTake(ref _total, now)) return false;
            _prefixRate.TryTake(ref place.FullAt, now);
            return true;
        }
    }

    /// <summary>The credentials were right: the charge of <see cref="TryBegin"/> is given back.</summary>
    /// <param name="prefix">Where they came from.</param>
    public void Succeeded(ulong prefix)
    {
        lock (_lock)
        {
            _totalRate.Return(ref _total);
            foreach (ref Place place in SetOf(prefix))
            {
                if (place.Prefix != prefix) continue;
                _prefixRate.Return(ref place.FullAt);
                return;
            }
        }
    }

    private Span<Place> SetOf(ulong prefix) => _places.AsSpan((int)(prefix % Sets) * Ways, Ways);

    // The prefix's own place, or else the one that owes least: a free one owes nothing.
    private ref Place Find(ulong prefix, TimeSpan now)
    {
        Span<Place> set = SetOf(prefix);
        int least = 0;
        for (int i = 0; i < set.Length; i++)
        {
            if (set[i].Prefix == prefix && set[i].IsTaken) return ref set[i];
            if (!set[i].IsTaken || (set[least].IsTaken && set[i].FullAt < set[least].FullAt)) least = i;
        }
        set[least] = new Place { Prefix = prefix, IsTaken = true, FullAt = now };
        return ref set[least];
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Place
    {
        internal ulong Prefix;
        internal TimeSpan FullAt;
        internal bool IsTaken;
    }
}
