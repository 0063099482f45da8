using Apex.Vpn.Fleet.Registry;

namespace Apex.Vpn.Fleet.Health;

/// <summary>Writes actions into the caller's buffer.</summary>
internal ref struct ActionWriter(Span<HealthAction> actions)
{
    private readonly Span<HealthAction> _actions = actions;

    internal int Count { get; private set; }

    internal readonly int Free => _actions.Length - Count;

    internal void Verdict(HealthActionKind kind, WatchedNode node, NodeReason reason) =>
        _actions[Count++] = new HealthAction(kind, node.Id, node.Epoch, reason, Guid.Empty, 0, null);

    internal void Probe(WatchedNode node, WatchedNode vantage) =>
        _actions[Count++] = new HealthAction(HealthActionKind.Probe, node.Id, node.Epoch, default, vantage.Id, node.Round.Number, null);

    internal void Alarm(HealthActionKind kind, string? region) =>
        _actions[Count++] = new HealthAction(kind, Guid.Empty, 0, default, Guid.Empty, 0, region);
}
