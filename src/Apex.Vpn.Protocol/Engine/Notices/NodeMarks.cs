namespace Apex.Vpn.Protocol.Engine.Notices;

/// <summary>The marks of the nodes that a client has heard, bounded: the one that was silent longest makes room. Control worker.</summary>
internal sealed class NodeMarks
{
    /// <summary>A mark is needed while a notice below it may be in time, 17 minutes: nobody visits so many nodes in so short a time.</summary>
    internal const int Capacity = 256;

    private readonly Dictionary<Guid, NodeMark> _marks = [];

    internal int Count => _marks.Count;

    /// <summary>The mark of a node, made if there is none.</summary>
    internal NodeMark Of(Guid node)
    {
        if (_marks.TryGetValue(node, out NodeMark? mark)) return mark;
        if (_marks.Count == Capacity) _marks.Remove(_marks.MinBy(static entry => entry.Value.LastHeard).Key);
        _marks.Add(node, mark = new NodeMark());
        return mark;
    }
}
