namespace Apex.Vpn.Fleet.Health;

/// <summary>One question about a silent node, put to up to three others, and what they answered.</summary>
internal sealed class VantageRound
{
    internal const int MaxVantages = 3;

    private readonly Guid[] _vantages = new Guid[MaxVantages];
    private int _asked, _answered, _failed, _reached;

    /// <summary>Rises with each round and never repeats, so that a late answer is not taken for one to the question of now.</summary>
    internal int Number { get; private set; }

    /// <summary>When the next round begins.</summary>
    internal TimeSpan NextAt { get; set; }

    /// <summary>Whether somebody did not reach the node, in this silence.</summary>
    internal bool AnyFailed { get; private set; }

    /// <summary>What the majority of the latest decided round said: whether it reached the node. Null while no round was decided.</summary>
    internal bool? Reached { get; private set; }

    /// <summary>Whether it was said already that there is nobody to ask.</summary>
    internal bool SaidNobody { get; set; }

    private int Majority => (_asked / 2) + 1;

    /// <summary>The silence is over, or began anew: what was found out about it is void.</summary>
    internal void Reset()
    {
        Begin();
        AnyFailed = SaidNobody = false;
        Reached = null;
        NextAt = TimeSpan.Zero;
    }

    internal void Begin()
    {
        Number++;
        _asked = _answered = _failed = _reached = 0;
    }

    internal void Ask(Guid vantage) => _vantages[_asked++] = vantage;

    /// <summary>Takes an answer; false for one that nobody waits for.</summary>
    internal bool Answer(Guid vantage, int number, bool reached, out bool decided)
    {
        decided = false;
        int index = number == Number ? Array.IndexOf(_vantages, vantage, 0, _asked) : -1;
        if (index < 0 || (_answered & (1 << index)) != 0) return false;
        _answered |= 1 << index;
        if (reached)
        {
            decided = ++_reached == Majority;
        }
        else
        {
            AnyFailed = true;
            decided = ++_failed == Majority;
        }
        if (decided) Reached = reached;
        return true;
    }
}
