using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>Nodes on a network, on virtual time: nothing waits, and the same seed gives the same run.</summary>
internal sealed class World : IDisposable
{
    private static readonly Instant Start = new(1_000_000_000_000);

    private readonly PriorityQueue<Datagram, (long At, long Order)> _inFlight = new();
    private readonly Dictionary<UdpEndpoint, Node> _routes = [];
    private readonly List<Node> _nodes = [];
    private readonly PriorityQueue<Action, (long At, long Order)> _later = new();
    private long _order;

    internal World(ulong seed)
    {
        Seed = seed;
        Random = new SeededRandom(seed);
    }

    internal ulong Seed { get; }

    internal SeededRandom Random { get; }

    internal Instant Now { get; private set; } = Start;

    internal TimeSpan Elapsed => Now - Start;

    internal Link Link { get; set; } = Link.Perfect;

    /// <summary>All datagrams that were sent, when recording.</summary>
    internal List<Datagram> Wire { get; } = [];

    internal bool Records { get; set; } = true;

    /// <summary>Sees each datagram as it is sent; false loses it.</summary>
    internal Func<Datagram, bool>? Filter { get; set; }

    /// <summary>What may happen to datagrams beyond what the link does to all of them.</summary>
    internal IFaults? Faults { get; set; }

    /// <summary>How many things happened.</summary>
    internal long Steps { get; private set; }

    internal Node AddNode(string address, NodeOptions? options = null)
    {
        var node = new Node(this, UdpEndpoint.From(System.Net.IPEndPoint.Parse(address)), options ?? new NodeOptions());
        _nodes.Add(node);
        _routes[node.Address] = node;
        return node;
    }

    /// <summary>Makes an address lead to a node (and an earlier one no longer).</summary>
    internal void Move(Node node, UdpEndpoint address)
    {
        _routes.Remove(node.Address);
        _routes[address] = node;
    }

    internal void Send(Datagram datagram)
    {
        if (Records) Wire.Add(datagram);
        if (Filter is { } filter && !filter(datagram)) return;
        if (Faults is { } faults)
        {
            if (faults.Leaving(datagram) is not { } leaving) return;
            datagram = leaving;
        }
        if (Chance(Link.Loss)) return;
        Schedule(datagram);
        if (Chance(Link.Duplication)) Schedule(datagram);
    }

    /// <summary>Puts a datagram on the wire that no node sent.</summary>
    internal void Schedule(Datagram datagram)
    {
        Instant at = Now + Link.Latency + Random.Jitter(Link.Spread);
        _inFlight.Enqueue(datagram, (at.Nanoseconds, _order++));
    }

    /// <summary>Lets something happen after a while.</summary>
    internal void Later(TimeSpan delay, Action deed) => _later.Enqueue(deed, ((Now + delay).Nanoseconds, _order++));

    /// <summary>Moves to the next thing that happens and lets it happen; false when there is nothing before the limit, which is then now.</summary>
    internal bool Step(Instant limit)
    {
        Steps++;
        Instant next = limit;
        foreach (Node node in _nodes)
        {
            if (!node.IsAsleep) next = Min(next, node.NextDeadline(Now));
        }
        if (_later.TryPeek(out _, out (long At, long Order) deed)) next = Min(next, new Instant(deed.At));
        bool arrival = _inFlight.TryPeek(out _, out (long At, long Order) first) && first.At <= next.Nanoseconds;
        if (arrival) next = new Instant(first.At);
        if (next > Now) Now = next;
        if (arrival)
        {
            Datagram datagram = _inFlight.Dequeue();
            if (_routes.TryGetValue(datagram.To, out Node? receiver)) Arrive(receiver, datagram);
        }
        while (_later.TryPeek(out Action? due, out deed) && deed.At <= Now.Nanoseconds)
        {
            _later.Dequeue();
            due();
        }
        foreach (Node node in _nodes)
        {
            if (!node.IsAsleep) node.RunControl();
        }
        return arrival || next < limit;
    }

    /// <summary>Lets time pass.</summary>
    internal void RunFor(TimeSpan duration)
    {
        Instant limit = Now + duration;
        // Far beyond what any test needs: a run that does not end is a failure, not a hang.
        for (int steps = 0; Step(limit); steps++) Assert.True(steps < 50_000_000, $"Endless run, seed {Seed}.");
    }

    /// <summary>Lets time pass until something is true; fails when it does not become true in time.</summary>
    internal void RunUntil(Func<bool> condition, TimeSpan atMost)
    {
        Instant limit = Now + atMost;
        while (!condition())
            Assert.True(Step(limit) || condition(), $"Did not happen within {atMost}, seed {Seed}.");
    }

    /// <summary>The machine of every node sleeps: time passes and nothing happens, what is in flight is lost.</summary>
    internal void Sleep(TimeSpan duration)
    {
        _inFlight.Clear();
        Now += duration;
        foreach (Node node in _nodes) node.RunControl();
    }

    public void Dispose()
    {
        foreach (Node node in _nodes) node.Dispose();
    }

    private void Arrive(Node node, Datagram datagram)
    {
        if (node.IsAsleep || Faults?.Arriving(node, datagram) == false) return;
        node.Receive(datagram);
        Faults?.Arrived(node, datagram);
    }

    private bool Chance(double share) => share > 0 && Random.NextUInt32() < share * uint.MaxValue;

    private static Instant Min(Instant a, Instant b) => a < b ? a : b;
}
