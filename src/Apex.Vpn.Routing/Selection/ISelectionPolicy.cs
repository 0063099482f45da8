namespace Apex.Vpn.Routing.Selection;

/// <summary>What makes a server good for a purpose. <see cref="SelectionPolicies"/> has three; anyone may write another.</summary>
/// <remarks>
/// All methods are pure: the same candidate gives the same answer, nothing is allocated, nobody waits. They are called once per server and
/// choice, so that they should take nanoseconds. They are safe from any thread when the policy holds nothing that changes.
/// </remarks>
public interface ISelectionPolicy
{
    /// <summary>The policy's name, as in <c>gaming</c>, for settings and for what explains a choice.</summary>
    string Name { get; }

    /// <summary>
    /// Whether a way through two servers may be proposed where it is faster. One that a user asks for is given whatever stands here.
    /// </summary>
    /// <value>True by default.</value>
    bool AllowsDetour => true;

    /// <summary>Whether the policy leaves a server out: <see cref="ExclusionReason.Policy"/>.</summary>
    /// <param name="candidate">The server. The way to it may be unknown.</param>
    /// <returns>False by default.</returns>
    bool Excludes(in Candidate candidate) => false;

    /// <summary>
    /// What a server costs, in milliseconds; the cheapest is the best. Not a number or infinite leaves it out:
    /// <see cref="ExclusionReason.CostNotFinite"/>.
    /// </summary>
    /// <param name="candidate">The server.</param>
    ServerCost Cost(in Candidate candidate);
}
