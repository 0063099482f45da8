namespace Apex.Vpn.Fleet.Registry;

/// <summary>The nodes of one city, and how many of them may drain.</summary>
internal sealed class PlannedCity
{
    internal List<PlannedNode> Nodes { get; } = [];

    internal CityBudget Budget { get; } = new();

    internal bool MayDrain(PlannedNode node)
    {
        int healthyOthers = 0;
        foreach (PlannedNode other in Nodes)
        {
            if (other != node && other.IsHealthy) healthyOthers++;
        }
        return Budget.Allows(node.Priority, healthyOthers);
    }
}
