using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Registry;

/// <summary>The changing state of one node.</summary>
internal sealed class NodeEntry(Guid node)
{
    // Clones take turns: each one's boot comes back after those of the others.
    private const int RememberedBoots = 4;

    private readonly Guid[] _earlierBoots = new Guid[RememberedBoots];
    private int _boots;
    private bool _connected;

    internal NodeState State { get; private set; } = NodeState.Booted;
    internal NodeReason Reason { get; private set; } = NodeReason.NewBoot;
    internal long Epoch { get; private set; }
    internal TimeSpan Since { get; private set; }
    internal TimeSpan WarmingSince { get; private set; }
    internal Guid Boot { get; private set; }
    internal long Attempt { get; private set; }

    internal NodeView View => new(node, State, Reason, Epoch, Since, WarmingSince, Boot, Attempt);

    internal bool HadBoot(Guid boot) => _earlierBoots.AsSpan(0, Math.Min(_boots, RememberedBoots)).Contains(boot);

    internal bool IsFrom(Guid boot) => _connected && boot == Boot;

    /// <summary>A newer stream, or none at all: whoever held the old epoch writes no more.</summary>
    internal void NextEpoch() => Epoch++;

    internal void Connected(Guid boot, long attempt)
    {
        if (_connected && boot != Boot) _earlierBoots[_boots++ % RememberedBoots] = Boot;
        _connected = true;
        Boot = boot;
        Attempt = attempt;
    }

    internal void Take(in Transition step, TimeSpan now)
    {
        State = step.To;
        Reason = step.Reason;
        Since = now;
        if (step.To == NodeState.Warming) WarmingSince = now;
        if (step.Event == NodeEvent.Released) (_boots, _connected) = (0, false); // The machine that was meant may come back as it is.
    }

    internal void Restore(in NodeView view)
    {
        State = view.State;
        Reason = view.Reason;
        Epoch = view.Epoch;
        Since = view.Since;
        WarmingSince = view.WarmingSince;
        Connected(view.Boot, view.Attempt);
    }
}
