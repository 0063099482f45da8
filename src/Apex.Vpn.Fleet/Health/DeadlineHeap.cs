namespace Apex.Vpn.Fleet.Health;

/// <summary>
/// Nodes by the time they are looked at next; each at most once. A beat moves a deadline back, which costs nothing here: the node is
/// looked at in vain once and set again. Only an earlier time moves it at once.
/// </summary>
internal sealed class DeadlineHeap
{
    private WatchedNode[] _nodes = new WatchedNode[16];
    private int _count;

    internal WatchedNode? First => _count == 0 ? null : _nodes[0];

    internal void Set(WatchedNode node, TimeSpan at)
    {
        bool later = node.HeapIndex >= 0 && at > node.WakeAt;
        node.WakeAt = at;
        if (node.HeapIndex < 0)
        {
            if (_count == _nodes.Length) Array.Resize(ref _nodes, 2 * _count);
            Put(node, _count++);
        }
        if (later) Sink(node);
        else Rise(node);
    }

    internal void SetIfEarlier(WatchedNode node, TimeSpan at)
    {
        if (node.HeapIndex < 0 || at < node.WakeAt) Set(node, at);
    }

    internal void Remove(WatchedNode node)
    {
        if (node.HeapIndex < 0) return;
        WatchedNode last = _nodes[--_count];
        _nodes[_count] = null!;
        if (last != node)
        {
            Put(last, node.HeapIndex);
            Rise(last);
            Sink(last);
        }
        node.HeapIndex = -1;
    }

    private void Rise(WatchedNode node)
    {
        int index = node.HeapIndex;
        while (index > 0)
        {
            WatchedNode parent = _nodes[(index - 1) / 2];
            if (parent.WakeAt <= node.WakeAt) break;
            Put(parent, index);
            index = (index - 1) / 2;
        }
        Put(node, index);
    }

    private void Sink(WatchedNode node)
    {
        int index = node.HeapIndex;
        while (true)
        {
            int child = (2 * index) + 1;
            if (child >= _count) break;
            if (child + 1 < _count && _nodes[child + 1].WakeAt < _nodes[child].WakeAt) child++;
            if (_nodes[child].WakeAt >= node.WakeAt) break;
            Put(_nodes[child], index);
            index = child;
        }
        Put(node, index);
    }

    private void Put(WatchedNode node, int index)
    {
        _nodes[index] = node;
        node.HeapIndex = index;
    }
}
