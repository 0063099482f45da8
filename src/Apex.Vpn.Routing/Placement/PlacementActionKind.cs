namespace Apex.Vpn.Routing.Placement;

/// <summary>What is done to nodes.</summary>
public enum PlacementActionKind
{
    /// <summary>New nodes where none stood.</summary>
    Add,

    /// <summary>Nodes go from one site to another.</summary>
    Move,

    /// <summary>The last nodes of a site go, and come back nowhere.</summary>
    Retire,

    /// <summary>A site keeps standing with more nodes or fewer, and none comes from or goes to another.</summary>
    Resize,
}
