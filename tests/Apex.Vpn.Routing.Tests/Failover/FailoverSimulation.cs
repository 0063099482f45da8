using Apex.Vpn.Routing.Failover;

namespace Apex.Vpn.Routing.Tests.Failover;

/// <summary>
/// A client around the machine, its network and its nodes on virtual time: what the shell of the product does, without a socket. The same
/// seed gives the same run.
/// </summary>
internal sealed class FailoverSimulation
{
    private static readonly TimeSpan KeepaliveTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RekeyAfter = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan RekeyTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Told together shortly before the round's end.</summary>
    private static readonly TimeSpan Batch = TimeSpan.FromMilliseconds(1);

    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _events = new();
    private readonly FailoverOptions _options;
    private readonly Random _random;
    private readonly List<(TimeSpan From, TimeSpan To)> _outages = [];
    private TimeSpan _lastHandshake, _wakeAt = TimeSpan.MaxValue, _frozenUntil;
    private long _order;
    private bool _handshaking;

    internal FailoverSimulation(int seed, int nodes = 4, FailoverOptions? options = null)
    {
        _options = options ?? new FailoverOptions();
        _random = new Random(seed);
        Machine = new FailoverMachine(_options);
        Nodes = [.. Enumerable.Range(1, nodes).Select(static i => new SimulatedNode(new Guid(i, 0, 0, new byte[8])))];
    }

    internal FailoverMachine Machine { get; }

    internal SimulatedNode[] Nodes { get; }

    internal TimeSpan Now { get; private set; }

    /// <summary>The share of packets lost on each way.</summary>
    internal double Loss { get; set; }

    /// <summary>By how much a packet may come later than others.</summary>
    internal TimeSpan Delay { get; set; }

    internal bool StandbyWanted { get; set; } = true;

    /// <summary>Answers of probes are told only when the round is over, as a client over one socket does.</summary>
    internal bool ProbesInBatches { get; set; }

    internal List<(TimeSpan At, FailoverDecision Decision)> Decisions { get; } = [];

    /// <summary>When the client last heard of the node that was current then.</summary>
    internal TimeSpan LastHeard { get; private set; }

    /// <summary>At each switch for a failure: how long nothing had been heard of the node that was left.</summary>
    internal List<TimeSpan> SilenceBeforeSwitch { get; } = [];

    internal IEnumerable<(TimeSpan At, FailoverDecision Decision)> Switches =>
        Decisions.Where(static made => made.Decision.Action == FailoverAction.Switch);

    internal SimulatedNode Current => Node(Machine.Current);

    internal void Outage(TimeSpan from, TimeSpan to) => _outages.Add((from, to));

    internal void At(TimeSpan time, Action action) => _events.Enqueue(action, (time, _order++));

    internal void Start()
    {
        Machine.Connected(Nodes[0].Id, TimeSpan.Zero);
        if (StandbyWanted) Machine.SetStandby(Nodes[1].Id, TimeSpan.Zero);
    }

    internal void RunUntil(TimeSpan end)
    {
        while (_events.TryPeek(out _, out (TimeSpan At, long) next) && next.At <= end)
        {
            Action action = _events.Dequeue();
            Now = next.At;
            action();
            Follow();
        }
        Now = end;
    }

    /// <summary>Data goes into the tunnel from a time on, with pauses drawn by a function.</summary>
    internal void Traffic(TimeSpan from, TimeSpan to, Func<Random, TimeSpan> pause, int burst = 1)
    {
        if (from >= to) return;
        At(from, () =>
        {
            for (int i = 0; i < burst; i++) SendData();
            Traffic(from + pause(_random), to, pause, burst);
        });
    }

    /// <summary>The process does not run for a while; what comes meanwhile is read afterwards.</summary>
    internal void Freeze(TimeSpan from, TimeSpan to) => At(from, () => _frozenUntil = to);

    internal void SendData()
    {
        SimulatedNode node = Current;
        Machine.Sent(1, Now);
        Rekey(node);
        Carry(node, () =>
        {
            if (node.AnswersData)
            {
                Reply(node, data: 1);
                return;
            }
            if (node.OwesKeepalive) return;
            node.OwesKeepalive = true;
            At(Now + KeepaliveTimeout, () =>
            {
                node.OwesKeepalive = false;
                if (node.LivesAt(Now) && Now - node.LastSent >= KeepaliveTimeout) Reply(node, data: 0);
            });
        });
    }

    private void Reply(SimulatedNode node, int data)
    {
        node.LastSent = Now;
        Return(node, () =>
        {
            if (Machine.Current != node.Id) return;
            LastHeard = Now;
            Machine.Received(data, 1 - data, Now);
        });
    }

    private void Rekey(SimulatedNode node)
    {
        if (_handshaking || Now - _lastHandshake < RekeyAfter) return;
        _handshaking = true;
        Initiate(node);
    }

    private void Initiate(SimulatedNode node)
    {
        if (!_handshaking || Machine.Current != node.Id) return;
        Machine.HandshakeStarted(node.Id, Now);
        Carry(node, () =>
        {
            if (!node.AnswersHandshakes) return;
            Return(node, () =>
            {
                if (!_handshaking || Machine.Current != node.Id) return;
                (_handshaking, _lastHandshake, LastHeard) = (false, Now, Now);
                Machine.HandshakeCompleted(node.Id, Now);
            });
        });
        At(Now + RekeyTimeout, () => Initiate(node));
    }

    /// <summary>To a node, if the network and the node are there when it leaves and arrives.</summary>
    private void Carry(SimulatedNode node, Action arrived)
    {
        if (!Passes()) return;
        At(Now + (node.Rtt / 2) + (Delay * _random.NextDouble()), () =>
        {
            if (node.LivesAt(Now)) arrived();
        });
    }

    private void Return(SimulatedNode node, Action arrived)
    {
        if (!Passes()) return;
        At(Now + (node.Rtt / 2) + (Delay * _random.NextDouble()), () =>
        {
            if (!IsOut()) Deliver(arrived);
        });
    }

    private void Deliver(Action arrived)
    {
        if (Now >= _frozenUntil) arrived();
        else At(_frozenUntil + TimeSpan.FromMilliseconds(1), arrived);
    }

    private bool Passes() => !IsOut() && _random.NextDouble() >= Loss;

    private bool IsOut() => _outages.Exists(outage => outage.From <= Now && Now < outage.To);

    /// <summary>Does what the machine says, and wakes it when it wants to be woken.</summary>
    private void Follow()
    {
        while (Now >= _frozenUntil && Machine.Next.IsDue(Now))
        {
            FailoverDecision decision = Machine.Advance(Now);
            if (decision != default) Decisions.Add((Now, decision));
            switch (decision.Action)
            {
                case FailoverAction.Probe:
                    Probe();
                    break;
                case FailoverAction.Switch:
                    NoteSwitch(decision);
                    if (decision.Target == Guid.Empty) Connect(Another(), decision.Action);
                    else Confirm(Node(decision.Target));
                    break;
                case FailoverAction.Prefer:
                    Connect(decision.Target == Guid.Empty ? Another() : Node(decision.Target), decision.Action);
                    break;
                case FailoverAction.ReplaceStandby:
                    Machine.SetStandby(Guid.Empty, Now);
                    StandBy();
                    break;
            }
        }
        TimeSpan wake = Machine.Next.IsNever ? TimeSpan.MaxValue : Machine.Next.At < _frozenUntil ? _frozenUntil : Machine.Next.At;
        if (wake == _wakeAt || wake == TimeSpan.MaxValue) return;
        _wakeAt = wake;
        At(wake, () => _wakeAt = TimeSpan.MaxValue);
    }

    private void NoteSwitch(FailoverDecision decision)
    {
        SilenceBeforeSwitch.Add(decision.Reason == FailoverReason.Closing ? TimeSpan.MaxValue : Now - LastHeard);
        _handshaking = false;
    }

    private void Probe()
    {
        SimulatedNode[] asked = [.. Nodes.Where(node => Machine.HasWitnesses || node.Id == Machine.Current || node.Id == Machine.Standby)];
        TimeSpan begun = Now, end = Now + Machine.ProbeTime;
        for (int i = 0; i < _options.Probes; i++)
        {
            At(begun + (i * _options.ProbeInterval), () =>
            {
                foreach (SimulatedNode node in asked) Carry(node, () => Return(node, () => TellAnswer(node, begun)));
            });
        }
        At(end, () => Deliver(() => Machine.ProbesEnded(Now)));
    }

    private void TellAnswer(SimulatedNode node, TimeSpan end)
    {
        if (ProbesInBatches && Now < end - Batch)
        {
            At(end - Batch, () => TellAnswer(node, end));
            return;
        }
        if (node.Id == Machine.Current) LastHeard = Now;
        Machine.Answered(node.Id, Now);
    }

    /// <summary>A keepalive over the session that stood by, which the node answers by a probe's reply.</summary>
    private void Confirm(SimulatedNode node)
    {
        (_lastHandshake, LastHeard) = (Now, Now);
        Carry(node, () => Return(node, () => Machine.HandshakeCompleted(node.Id, Now)));
        At(Now + TimeSpan.FromSeconds(1), StandBy);
    }

    /// <summary>Any server that is not barred; when all are, any.</summary>
    private SimulatedNode Another()
    {
        SimulatedNode[] others = [.. Nodes.Where(node => node.Id != Machine.Current)];
        return others.Where(node => !Machine.IsBarred(node.Id, Now)).MinBy(_ => _random.Next()) ?? others[_random.Next(others.Length)];
    }

    /// <summary>Make before break: the old session stays until the new one answers, and if the old server comes back first, for
    /// good.</summary>
    private void Connect(SimulatedNode node, FailoverAction why)
    {
        SimulatedNode left = Current;
        Carry(node, () => Return(node, () =>
        {
            if (Machine.Current != left.Id || (why == FailoverAction.Switch && Machine.State == FailoverState.Healthy)) return;
            (_lastHandshake, LastHeard, _handshaking) = (Now, Now, false);
            Machine.Connected(node.Id, Now);
            StandBy();
        }));
        if (why != FailoverAction.Prefer) return;
        At(Now + ConnectTimeout, () =>
        {
            if (Machine.Current == left.Id) Machine.MoveFailed(Now);
        });
    }

    private void StandBy()
    {
        if (!StandbyWanted || Machine.Standby != Guid.Empty) return;
        SimulatedNode? node = Nodes.FirstOrDefault(node => node.Id != Machine.Current && !Machine.IsBarred(node.Id, Now) && node.LivesAt(Now));
        if (node is not null) Machine.SetStandby(node.Id, Now);
    }

    private SimulatedNode Node(Guid id) => Array.Find(Nodes, node => node.Id == id)!;
}
