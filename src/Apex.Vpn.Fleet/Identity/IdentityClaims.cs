namespace Apex.Vpn.Fleet.Identity;

/// <summary>Finds two machines that claim to be the same node, and takes both out of service.</summary>
/// <remarks>
/// <para>A node makes a random boot id each time it starts. A new boot id takes the place of the old one at once: nodes reboot. If the old
/// one is heard of again after that, both are alive, and nobody can tell which one is genuine: the node is quarantined, with both boots,
/// until a person lets it out. So a fast reboot is no alarm, and a copy is found with the first beat of either.</para>
/// <para>A state machine; the calls come in the order in which things happened. Not thread-safe.</para>
/// </remarks>
public sealed class IdentityClaims
{
    /// <summary>How many earlier boots of a node are remembered.</summary>
    private const int MaxEarlier = 8;

    private readonly int _maxNodes;
    private readonly Dictionary<Guid, Claims> _nodes = [];

    /// <summary>Knows at most so many nodes.</summary>
    /// <param name="maxNodes">At least 1; those beyond it are refused.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public IdentityClaims(int maxNodes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxNodes, 1);
        _maxNodes = maxNodes;
    }

    /// <summary>A node was heard of: it connected, or sent a beat.</summary>
    /// <param name="node">The id that its certificate names.</param>
    /// <param name="boot">The boot id that it gave.</param>
    public ClaimVerdict Hear(Guid node, Guid boot)
    {
        if (!_nodes.TryGetValue(node, out Claims? claims))
        {
            if (_nodes.Count == _maxNodes) return ClaimVerdict.TooManyNodes;
            _nodes.Add(node, new Claims(boot));
            return ClaimVerdict.New;
        }
        if (claims.IsQuarantined) return ClaimVerdict.Quarantined;
        if (claims.Current == boot) return ClaimVerdict.Known;
        if (claims.Earlier.Contains(boot))
        {
            claims.IsQuarantined = true;
            return ClaimVerdict.Duplicate;
        }
        claims.Succeed(boot);
        return ClaimVerdict.New;
    }

    /// <summary>Whether a node is out of service for this reason.</summary>
    /// <param name="node">The node's id.</param>
    public bool IsQuarantined(Guid node) => _nodes.TryGetValue(node, out Claims? claims) && claims.IsQuarantined;

    /// <summary>
    /// A person looked into it: the node starts afresh, with a certificate of its own. False when it was not quarantined.
    /// </summary>
    /// <param name="node">The node's id.</param>
    public bool Release(Guid node) => IsQuarantined(node) && _nodes.Remove(node);

    /// <summary>The node is no more. A quarantined one stays so.</summary>
    /// <param name="node">The node's id.</param>
    public bool Forget(Guid node) => !IsQuarantined(node) && _nodes.Remove(node);

    private sealed class Claims(Guid boot)
    {
        internal Guid Current { get; private set; } = boot;

        internal Queue<Guid> Earlier { get; } = new();

        internal bool IsQuarantined { get; set; }

        internal void Succeed(Guid boot)
        {
            if (Earlier.Count == MaxEarlier) Earlier.Dequeue();
            Earlier.Enqueue(Current);
            Current = boot;
        }
    }
}
