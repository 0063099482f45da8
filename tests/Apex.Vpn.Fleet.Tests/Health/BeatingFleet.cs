using Apex.Vpn.Fleet.Health;
using Apex.Vpn.Fleet.Registry;

namespace Apex.Vpn.Fleet.Tests.Health;

/// <summary>Nodes that beat on time on a virtual clock, and vantages that answer 200 ms after they were asked, or 900 ms to say no.</summary>
internal sealed class BeatingFleet
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly HealthAction[] _buffer;
    private readonly PriorityQueue<Action, TimeSpan> _reports = new();
    private readonly TimeSpan[] _nextBeat;

    internal BeatingFleet(int nodes, int regions = 5, ulong seed = 1, int buffer = 64)
    {
        _buffer = new HealthAction[buffer];
        Monitor = new HealthMonitor(seed, TimeSpan.Zero);
        Ids = [.. Enumerable.Range(1, nodes).Select(static i => new Guid(i, 0, 0, new byte[8]))];
        Sites = [.. Enumerable.Range(0, nodes).Select(i => new NodeSite($"r{i % regions}", $"c{i % (2 * regions)}", $"p{i % 7}"))];
        Beats = [.. Enumerable.Repeat(true, nodes)];
        Reachable = [.. Enumerable.Repeat(true, nodes)];
        LastBeat = new TimeSpan[nodes];
        _nextBeat = new TimeSpan[nodes];
        for (int i = 0; i < nodes; i++)
        {
            Monitor.Watch(Ids[i], 1, Sites[i], NodeHealth.Good, TimeSpan.Zero);
            _nextBeat[i] = TimeSpan.FromMilliseconds(100 + (i * 37 % 50 * 100));
        }
    }

    internal HealthMonitor Monitor { get; }
    internal Guid[] Ids { get; }
    internal NodeSite[] Sites { get; }

    /// <summary>Whether a node beats.</summary>
    internal bool[] Beats { get; }

    /// <summary>Whether vantages reach it.</summary>
    internal bool[] Reachable { get; }

    /// <summary>Whether we hear anybody.</summary>
    internal bool IsConnected { get; set; } = true;

    internal TimeSpan[] LastBeat { get; }
    internal TimeSpan Now { get; private set; }
    internal List<(TimeSpan At, HealthAction Action)> Log { get; } = [];

    internal IEnumerable<(TimeSpan At, HealthAction Action)> Of(HealthActionKind kind) => Log.Where(entry => entry.Action.Kind == kind);

    internal HealthActionKind[] About(int node) =>
        [.. Log.Where(entry => entry.Action.Node == Ids[node] && entry.Action.Kind != HealthActionKind.Probe).Select(static entry => entry.Action.Kind)];

    internal int Index(Guid id) => Array.IndexOf(Ids, id);

    internal void Crash(int node) => Beats[node] = Reachable[node] = false;

    internal void Restore(int node) => Beats[node] = Reachable[node] = true;

    internal void Run(double seconds)
    {
        TimeSpan end = Now + TimeSpan.FromSeconds(seconds);
        while (Now < end)
        {
            TimeSpan next = Now + Step;
            if (Monitor.NextDeadline is { } due && due < next) next = due > Now ? due : Now;
            if (_reports.TryPeek(out _, out TimeSpan at) && at < next) next = at > Now ? at : Now;
            Now = next;
            while (_reports.TryPeek(out Action? report, out at) && at <= Now)
            {
                _reports.Dequeue();
                report();
            }
            for (int i = 0; i < Ids.Length; i++)
            {
                if (_nextBeat[i] > Now) continue;
                _nextBeat[i] += HealthMonitor.Interval;
                if (!Beats[i] || !IsConnected) continue;
                LastBeat[i] = Now;
                Monitor.Beat(Ids[i], 1, Now);
            }
            Advance();
        }
    }

    /// <summary>Time passes and nobody does anything: this process stands still.</summary>
    internal void Sleep(double seconds)
    {
        Now += TimeSpan.FromSeconds(seconds);
        for (int i = 0; i < Ids.Length; i++)
        {
            while (_nextBeat[i] <= Now) _nextBeat[i] += HealthMonitor.Interval;
        }
        Advance();
    }

    private void Advance()
    {
        int count;
        do
        {
            count = Monitor.Advance(Now, _buffer);
            foreach (HealthAction action in _buffer.AsSpan(0, count))
            {
                Log.Add((Now, action));
                if (action.Kind == HealthActionKind.Probe) Ask(action);
            }
        }
        while (count > _buffer.Length - HealthMonitor.MinActions);
    }

    private void Ask(HealthAction action)
    {
        if (!IsConnected || !Reachable[Index(action.Vantage)]) return;
        bool reached = Reachable[Index(action.Node)];
        TimeSpan answer = Now + TimeSpan.FromMilliseconds(reached ? 200 : 1000);
        _reports.Enqueue(() => { if (IsConnected) Monitor.Report(action.Node, action.Vantage, action.Round, reached, answer); }, answer);
    }
}
