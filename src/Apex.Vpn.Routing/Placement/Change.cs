namespace Apex.Vpn.Routing.Placement;

/// <summary>One node goes from a site to another, by their indices; -1 for nowhere.</summary>
/// <param name="From">Where it stood; -1 for a new node.</param>
/// <param name="To">Where it will stand; -1 for a node that is retired.</param>
/// <param name="Gain">How much the objective falls, exactly or at most.</param>
internal readonly record struct Change(int From, int To, double Gain)
{
    internal const int Nowhere = -1;

    /// <summary>No change: it gains nothing.</summary>
    internal static Change None => new(Nowhere, Nowhere, 0);

    internal bool IsNone => From < 0 && To < 0;
}
