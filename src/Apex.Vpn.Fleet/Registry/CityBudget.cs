using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Registry;

/// <summary>How many nodes of a city may be away at once, and how many are.</summary>
internal sealed class CityBudget
{
    /// <summary>The share of a city that may drain at once.</summary>
    private const int Share = 4;

    // By Place.
    private readonly int[] _counts = new int[4];

    internal enum Place
    {
        /// <summary>Quarantined: it belongs to nobody until an operator looks at it.</summary>
        Uncounted = 0,

        /// <summary>In service.</summary>
        Serving = 1,

        /// <summary>Draining, drained or updating: we took it away.</summary>
        Away = 2,

        /// <summary>Down, or on its way into service. A node that reboots for an update passes through here.</summary>
        Lost = 3,
    }

    /// <summary>How many may be away: a quarter, and one where a quarter is less than one.</summary>
    internal int MayBeAway => Math.Max(1, (_counts[1] + _counts[2] + _counts[3]) / Share);

    internal static Place PlaceOf(NodeState state) => state switch
    {
        NodeState.Warming or NodeState.Active or NodeState.Suspect => Place.Serving,
        NodeState.Draining or NodeState.Drained or NodeState.Updating => Place.Away,
        NodeState.Quarantined => Place.Uncounted,
        _ => Place.Lost,
    };

    internal void Move(Place from, Place to)
    {
        _counts[(int)from]--;
        _counts[(int)to]++;
    }

    internal void Add(Place place) => _counts[(int)place]++;

    internal void Remove(Place place) => _counts[(int)place]--;

    /// <summary>Whether one more may go.</summary>
    /// <param name="priority">An urgent drain does not wait for nodes that are lost.</param>
    /// <param name="healthyOthers">How many other nodes of the city are in service and not suspect.</param>
    internal bool Allows(DrainPriority priority, int healthyOthers)
    {
        int gone = _counts[(int)Place.Away] + (priority == DrainPriority.Urgent ? 0 : _counts[(int)Place.Lost]);
        return healthyOthers >= 1 && gone < MayBeAway;
    }
}
