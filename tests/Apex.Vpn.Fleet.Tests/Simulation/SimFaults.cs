using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Registry;

namespace Apex.Vpn.Fleet.Tests.Simulation;

/// <summary>What goes wrong, and what operators do, spread over the days by chance.</summary>
internal sealed class SimFaults(FleetSimulation world)
{
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(20);

    private SimRandom Random => world.Random;

    internal void Plan(int days, TimeSpan planeOutage)
    {
        TimeSpan end = TimeSpan.FromDays(days);
        Each(8 * days, end, node => Crash(node, Random.Between(60, 900)));
        Each(2 * days, end, node => Hang(node, Random.Between(60, 300)));
        Each(2 * days, end, node => HangAgent(node, Random.Between(60, 600)));
        Each(2 * days, end, Flap);
        Each(Math.Max(1, days / 6), end, Clone);
        Each(Math.Max(1, days / 6), end, CopyOfMemory);
        Each(Math.Max(1, days / 6), end, SkewClock);
        for (int i = 0; i < 100 * days; i++) world.At(Anywhere(end), () => Reconnect(world.Nodes[Random.Below(world.Nodes.Length)]));
        for (int day = 0; day < days; day++) PlanDrains(TimeSpan.FromDays(day));

        // What concerns everybody, each with time of its own: the first half of a day for it.
        TimeSpan[] own = [TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(40)];
        for (int i = 0; i < Math.Max(1, days / 6); i++) Everybody(Slot(5 * i, days), own[i % own.Length], CutOff);
        Everybody(Slot(1, days), TimeSpan.FromMinutes(3), duration => world.CutUplinks(3, duration));
        for (int i = 0; i < Math.Max(1, days / 10); i++) Everybody(Slot(2 + (7 * i), days), Random.Between(5, 90), world.Stall);
        for (int i = 0; i < Math.Max(1, days / 10); i++) Everybody(Slot(3 + (8 * i), days), TimeSpan.FromMinutes(10), LoseRegion);
        // When the first certificates are due.
        Everybody(TimeSpan.FromDays(0.57 * days), planeOutage, world.StopPlane);
    }

    private TimeSpan Anywhere(TimeSpan end) => Random.Between(1200, end.TotalSeconds - 1800);

    // Sixteen slots on a single day, one a day in a longer time.
    private static TimeSpan Slot(int number, int days) => TimeSpan.FromHours(days == 1 ? 1 + (1.5 * number) : 1 + (24 * number));

    private void Each(int count, TimeSpan end, Action<SimNode> what)
    {
        for (int i = 0; i < count; i++)
        {
            SimNode node = world.Nodes[Random.Below(world.Nodes.Length)];
            TimeSpan when = Anywhere(end);
            world.At(when - Before, () => world.Wake(node, when + Settled));
            world.At(when, () =>
            {
                // One thing at a time: what is down already, or out of service, fails no further.
                if (node.CanTalk && world.IsPlaneUp && world.Plane.StateOf(node) is NodeState.Active or NodeState.Warming) what(node);
            });
        }
    }

    private void Everybody(TimeSpan when, TimeSpan duration, Action<TimeSpan> what)
    {
        world.At(when - Before, () => world.WakeAll(when + duration + Settled));
        world.At(when, () => what(duration));
    }

    private void Crash(SimNode node, TimeSpan duration)
    {
        node.SetUp(false, world.Now);
        world.ExpectDetection(node);
        world.In(duration, () => world.Boot(node));
    }

    private void Hang(SimNode node, TimeSpan duration)
    {
        Guid boot = node.Boot;
        node.SetHung(true, world.Now);
        world.ExpectDetection(node);
        world.In(duration, () =>
        {
            if (node.Boot != boot) return;
            if (Random.Chance(0.5)) world.Boot(node); // A watchdog.
            else node.SetHung(false, world.Now);
        });
    }

    private void HangAgent(SimNode node, TimeSpan duration)
    {
        world.Report.AgentsHung++;
        node.IsAgentHung = true;
        world.In(duration, () => node.IsAgentHung = false);
    }

    private void Flap(SimNode node)
    {
        TimeSpan end = world.Now + Random.Between(180, 600);
        Cut();

        void Cut()
        {
            if (world.Now >= end) return;
            node.SetLink(false, world.Now);
            world.ExpectDetection(node);
            world.In(Random.Between(1, 25), () =>
            {
                node.SetLink(true, world.Now);
                world.In(Random.Between(2, 40), Cut);
            });
        }
    }

    private void Reconnect(SimNode node) => world.Connect(node, node.Boot);

    /// <summary>An image was started twice: the copy boots, and takes turns with the first.</summary>
    private void Clone(SimNode node)
    {
        Guid boot = node.Boot;
        world.Plane.Open(node, Random.Guid(), 1);
        // The first is cut off, and comes back.
        world.In(Random.Between(1, 4), () =>
        {
            world.Connect(node, boot);
            ReleaseLater(node);
        });
    }

    /// <summary>A running machine was copied, with all that it knew.</summary>
    private void CopyOfMemory(SimNode node)
    {
        if (world.Plane.Open(node, node.Boot, node.Attempt).Verdict != StreamVerdict.Duplicate)
            throw new SimException(world.Seed, world.Now, "a copy is not seen");
        ReleaseLater(node);
    }

    private void SkewClock(SimNode node)
    {
        TimeSpan usual = node.ClockOffset;
        node.ClockOffset = Random.Between(65, 900) * (Random.Chance(0.5) ? 1 : -1);
        world.In(TimeSpan.FromMinutes(2), () =>
        {
            node.ClockOffset = usual;
            ReleaseLater(node);
        });
    }

    private void ReleaseLater(SimNode node) => world.In(TimeSpan.FromMinutes(15), () =>
    {
        if (!world.IsPlaneUp || !node.IsUp) return;
        if (!world.Plane.Registry.TryGet(node.Id, out NodeView view) || view.State != NodeState.Quarantined) return;
        world.Plane.Apply(node, view.Epoch, NodeEvent.Released, NodeReason.Operator);
        world.Boot(node);
    });

    private void LoseRegion(TimeSpan duration)
    {
        int region = Random.Below(FleetSimulation.Regions);
        SimNode[] lost = [.. world.Nodes.Where(node => node.Region == region)];
        foreach (SimNode node in lost)
        {
            node.SetRegion(false, world.Now);
            world.ExpectDetection(node);
        }
        world.In(duration, () =>
        {
            foreach (SimNode node in lost) node.SetRegion(true, world.Now);
        });
    }

    private void CutOff(TimeSpan duration)
    {
        world.CutUplinks(FleetSimulation.Regions, duration);
        // What fails right after it must be seen as ever.
        for (int i = 0; i < 5; i++)
        {
            SimNode node = world.Nodes[Random.Below(world.Nodes.Length)];
            world.In(duration + Random.Between(31, 120), () =>
            {
                if (node.CanTalk && world.Plane.StateOf(node) is NodeState.Active) Crash(node, TimeSpan.FromMinutes(2));
            });
        }
    }

    /// <summary>Each day a part of the fleet gets its update, with more or less time for its clients.</summary>
    private void PlanDrains(TimeSpan day)
    {
        TimeSpan when = day + Random.Between(3600, 80_000);
        world.At(when, () =>
        {
            if (!world.IsPlaneUp) return;
            int first = Random.Below(world.Nodes.Length);
            for (int i = 0; i < 20; i++)
            {
                SimNode node = world.Nodes[(first + i) % world.Nodes.Length];
                TimeSpan deadline = Random.Below(4) switch
                {
                    0 => TimeSpan.Zero,
                    1 => TimeSpan.FromMinutes(10),
                    _ => DrainPlanner.DefaultDeadline,
                };
                DrainPriority priority = Random.Chance(0.2) ? DrainPriority.Urgent : DrainPriority.Routine;
                world.Plane.Planner.Request(node.Id, NodeReason.Update, priority, deadline);
                if (Random.Chance(0.1))
                    world.In(Random.Between(10, 3600), () => world.Plane.Planner.Cancel(node.Id));
            }
        });
    }
}
