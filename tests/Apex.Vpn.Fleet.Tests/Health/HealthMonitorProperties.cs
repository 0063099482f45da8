using Apex.Vpn.Fleet.Health;
using Apex.Vpn.Fleet.Registry;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Health;

/// <summary>Whatever happens in whatever order: no exception, and no verdict that does not follow from the one before.</summary>
public sealed class HealthMonitorProperties
{
    private static readonly Guid[] Ids = [.. Enumerable.Range(1, 12).Select(static i => new Guid(i, 0, 0, new byte[8]))];

    [Property(MaxTest = 300)]
    public void Any_sequence_gives_verdicts_in_order(ushort[] steps)
    {
        var monitor = new HealthMonitor(7, TimeSpan.Zero);
        var actions = new HealthAction[HealthMonitor.MinActions];
        var health = new Dictionary<Guid, NodeHealth>();
        var asked = new List<HealthAction>();
        var frozen = new HashSet<string>();
        TimeSpan now = TimeSpan.Zero;
        foreach (ushort step in Enumerable.Repeat(steps, 20).SelectMany(static steps => steps))
        {
            Guid node = Ids[step % Ids.Length];
            int argument = step / Ids.Length / 8;
            switch (step / Ids.Length % 8)
            {
                case 0:
                    if (monitor.Watch(node, argument % 4, new NodeSite("r" + argument % 2, "c" + argument % 5, "p" + argument % 3), NodeHealth.Good, now))
                        health.TryAdd(node, NodeHealth.Good);
                    break;
                case 1:
                    Assert.Equal(health.Remove(node), monitor.Forget(node));
                    break;
                case 2 or 3:
                    monitor.Beat(node, argument % 4, now - TimeSpan.FromSeconds(argument % 3));
                    break;
                case 4 when asked.Count > 0:
                    HealthAction probe = asked[argument % asked.Count];
                    monitor.Report(probe.Node, probe.Vantage, probe.Round - (argument % 2), argument % 3 == 0, now);
                    break;
                case 5:
                    monitor.ReleaseBrake(argument % 2 == 0 ? null : "r1", now);
                    break;
                default:
                    now += TimeSpan.FromMilliseconds(argument * 17 % 6000);
                    Advance();
                    break;
            }
            Assert.Equal(health.Count, monitor.Count);
        }

        void Advance()
        {
            int count;
            do
            {
                count = monitor.Advance(now, actions);
                foreach (HealthAction action in actions.AsSpan(0, count)) Take(action);
            }
            while (count > 0);
            Assert.True(monitor.NextDeadline is not { } next || next > now);
            foreach ((Guid node, NodeHealth expected) in health) Assert.Equal(expected, monitor.HealthOf(node));
        }

        void Take(HealthAction action)
        {
            switch (action.Kind)
            {
                case HealthActionKind.Probe:
                    Assert.NotEqual(action.Node, action.Vantage);
                    Assert.Contains(action.Vantage, health.Keys);
                    asked.Add(action);
                    break;
                case HealthActionKind.Suspect:
                    Assert.Equal(NodeHealth.Good, health[action.Node]);
                    health[action.Node] = NodeHealth.Suspect;
                    break;
                case HealthActionKind.Clear:
                    Assert.Equal(NodeHealth.Suspect, health[action.Node]);
                    health[action.Node] = NodeHealth.Good;
                    break;
                case HealthActionKind.Down:
                    Assert.Equal(NodeHealth.Suspect, health[action.Node]);
                    health[action.Node] = NodeHealth.Down;
                    break;
                case HealthActionKind.Up:
                    Assert.Equal(NodeHealth.Down, health[action.Node]);
                    health[action.Node] = NodeHealth.Good;
                    break;
                case HealthActionKind.Freeze:
                    Assert.True(frozen.Add(action.Region ?? ""));
                    break;
                case HealthActionKind.Unfreeze:
                    Assert.True(frozen.Remove(action.Region ?? ""));
                    break;
            }
        }
    }
}
