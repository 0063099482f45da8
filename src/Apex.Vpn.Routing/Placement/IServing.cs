namespace Apex.Vpn.Routing.Placement;

/// <summary>Which site serves which demand under given counts, what that costs, and what changing one node would gain.</summary>
internal interface IServing
{
    /// <summary>The mean cost over all demand.</summary>
    double Cost { get; }

    /// <summary>Whether what <see cref="Fill"/> tells is the gain itself and not only its upper bound.</summary>
    bool IsExact { get; }

    void Load(NodeCounts counts);

    void CopyFrom(IServing other);

    /// <summary>Follows a change that the counts have gone through.</summary>
    void Apply(Change change, NodeCounts counts);

    /// <summary>Adds to the table what changes gain at most.</summary>
    void Fill(ChangeTable table, NodeCounts counts);

    /// <summary>Tells who is served from where.</summary>
    void Rtts(NodeCounts counts, ServedDemand served);
}
