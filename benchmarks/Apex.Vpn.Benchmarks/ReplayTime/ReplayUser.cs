using System.Runtime.InteropServices;
using Apex.Vpn.Benchmarks.Data;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;

namespace Apex.Vpn.Benchmarks.ReplayTime;

/// <summary>One user under one rule: probes what the plan says, slice by slice, and lets the rule decide.</summary>
/// <remarks>
/// The time between slices is not documented, so a slice is taken for one round of probes, and rounds for a minute apart, which is the
/// plan's interval. Every round is a full one: the current server, the three that cost least (<see cref="CostModel"/>, as where
/// servers are chosen), and those longest not probed.
/// </remarks>
internal sealed class ReplayUser
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly int _host;
    private readonly int[] _servers;
    private readonly ISwitchRule _rule;
    private readonly LatencyMap _map;
    private readonly ProbePlan _plan;
    private readonly ProbeOrder[] _orders;
    private readonly int[] _ranked;
    private readonly double[] _costs;
    private readonly List<(int Server, double Rtt)> _measured = [];

    /// <param name="host">The user's row.</param>
    /// <param name="servers">The servers' columns.</param>
    /// <param name="list">A list of as many servers.</param>
    /// <param name="probes">How many of them it may probe in a slice.</param>
    /// <param name="rule">The rule.</param>
    internal ReplayUser(int host, int[] servers, ServerList list, int probes, ISwitchRule rule)
    {
        (_host, _servers, _rule) = (host, servers, rule);
        _map = new LatencyMap();
        _map.Adopt(list);
        _plan = new ProbePlan(TimeSpan.Zero, new ProbePlanOptions
        {
            ServersPerRound = probes,
            Horizon = servers.Length,
            IncrementalInterval = Interval,
            FullInterval = Interval,
        });
        _orders = new ProbeOrder[_plan.MaxOrders];
        _ranked = [.. Enumerable.Range(0, servers.Length)];
        _costs = new double[servers.Length];
    }

    /// <summary>The server in use; null until one answered.</summary>
    internal int? Current { get; private set; }

    /// <summary>A list of servers of which only their number matters.</summary>
    internal static ServerList ListOf(Guid[] ids) => new()
    {
        Version = 1,
        Issued = DateTimeOffset.UnixEpoch,
        Expires = DateTimeOffset.MaxValue,
        Servers =
        [
            .. ids.Select(static id => new Server
            {
                Id = id,
                Name = "",
                Place = new Place("", default, default),
                Endpoints = [new ServerEndpoint(TransportKind.WireGuardUdp, UdpEndpoint.FromIPv4(0x7F000001, 51820))],
                Keys = [],
                Capacity = 1,
            }),
        ],
    };

    /// <summary>Goes through a slice: probes, then decides for the next.</summary>
    internal void Live(RttMatrix slice, int number)
    {
        TimeSpan now = number * Interval;
        Rank();
        // Drawn at the middle: an interval that is neither longer nor shorter.
        int count = _plan.Begin(_ranked, Current ?? -1, -1, _map, now, 0.5, _orders);
        _measured.Clear();
        foreach (ProbeOrder order in _orders.AsSpan(0, count))
        {
            double rtt = slice[_host, _servers[order.Server]];
            _measured.Add((order.Server, rtt));
            if (double.IsNaN(rtt)) _map.AddLoss(order.Server, order.Version, now);
            else _map.AddSample(order.Server, order.Version, TimeSpan.FromMilliseconds(rtt), now);
        }
        ReadOnlySpan<(int Server, double Rtt)> measured = CollectionsMarshal.AsSpan(_measured);
        Current = Current is { } current ? _rule.Decide(current, measured, now) : FirstChoice.Of(measured);
    }

    private void Rank()
    {
        for (int i = 0; i < _costs.Length; i++)
        {
            RttEstimator? known = _map.Find(i, IpVersion.V4);
            _costs[i] = known is { HasRtt: true } ? CostModel.Default.Compute(known, load: 0).Total : double.PositiveInfinity;
        }
        Array.Sort(_ranked, (one, other) =>
        {
            int order = _costs[one].CompareTo(_costs[other]);
            return order != 0 ? order : one.CompareTo(other);
        });
    }
}
