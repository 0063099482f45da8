using Apex.Vpn.Fleet.Health;
using Apex.Vpn.Fleet.Identity;
using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Registry;

namespace Apex.Vpn.Fleet.Tests.Simulation;

/// <summary>
/// A fleet, its network and its control plane on virtual time. A hundred nodes beat all the time; the others from two minutes before
/// something happens to them until it is over, and always when it concerns everybody.
/// </summary>
internal sealed class FleetSimulation
{
    internal static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const double Loss = 0.01;
    private static readonly TimeSpan Validity = TimeSpan.FromDays(30);
    private static readonly int[] CitySizes = [20, 12, 9, 6, 3];

    private readonly PriorityQueue<Action, long> _events = new();
    private readonly PriorityQueue<SimNode, long> _beats = new();
    private readonly Dictionary<Guid, SimNode> _byId;
    private readonly bool[] _uplinks = [.. Enumerable.Repeat(true, Regions)];
    private readonly List<SimNode> _heldBack = [];
    private bool _isStalled;

    // Until when our own trouble, and its wake, excuse a late verdict.
    private TimeSpan _troubleUntil = TimeSpan.MinValue;

    internal const int Regions = 10;

    internal FleetSimulation(ulong seed)
    {
        Seed = seed;
        Random = new SimRandom(seed);
        Nodes = [.. Layout()];
        _byId = Nodes.ToDictionary(static node => node.Id);
        Plane = new SimControlPlane(this, null);
    }

    internal ulong Seed { get; }
    internal SimRandom Random { get; }
    internal SimNode[] Nodes { get; }
    internal SimControlPlane Plane { get; private set; }
    internal SimReport Report { get; } = new();
    internal TimeSpan Now { get; private set; }

    /// <summary>Whether the control plane runs at all.</summary>
    internal bool IsPlaneUp { get; private set; } = true;

    internal SimNode Find(Guid id) => _byId[id];

    internal void At(TimeSpan when, Action what) => _events.Enqueue(what, when.Ticks);

    internal void In(TimeSpan wait, Action what) => At(Now + wait, what);

    internal void Run(TimeSpan end)
    {
        foreach (SimNode node in Nodes)
        {
            if (node.IsAlwaysAwake) Wake(node, TimeSpan.MaxValue);
            At(Random.Between(0, 300), () => Boot(node));
        }
        At(TimeSpan.FromSeconds(10), Tick);
        while (true)
        {
            long beat = _beats.TryPeek(out SimNode? beating, out long next) ? next : long.MaxValue;
            long happening = _events.TryPeek(out _, out next) ? next : long.MaxValue;
            long deadline = IsPlaneUp && !_isStalled && Plane.Monitor.NextDeadline is { } due ? due.Ticks : long.MaxValue;
            long first = Math.Min(Math.Min(beat, happening), deadline);
            if (first > end.Ticks) break;
            if (first > Now.Ticks) Now = TimeSpan.FromTicks(first);
            Report.Events++;
            if (first == deadline) Plane.AdvanceHealth();
            else if (first == beat) Beat(beating!);
            else _events.Dequeue()();
        }
        foreach (SimNode node in Nodes) CheckValidity(node, end);
    }

    // ---- nodes ----

    /// <summary>Lets a node beat, at least until then.</summary>
    internal void Wake(SimNode node, TimeSpan until)
    {
        if (until > node.AwakeUntil) node.AwakeUntil = until;
        if (node.IsAwake) return;
        node.IsAwake = true;
        if (!node.IsQueued) _beats.Enqueue(node, (Now + Random.Between(0, 5)).Ticks);
        node.IsQueued = true;
        if (IsPlaneUp) Plane.Follow(node);
    }

    internal void WakeAll(TimeSpan until)
    {
        foreach (SimNode node in Nodes) Wake(node, until);
    }

    /// <summary>A node starts, or starts again: with nothing but its name.</summary>
    internal void Boot(SimNode node)
    {
        node.Boot = Random.Guid();
        node.Attempt = 0;
        node.IsAgentHung = false;
        node.SetHung(false, Now);
        node.SetUp(true, Now);
        Connect(node, node.Boot);
    }

    /// <summary>A node opens a stream, and tries until it has one.</summary>
    internal void Connect(SimNode node, Guid boot)
    {
        if (node.Boot != boot || !node.IsUp) return;
        if (!IsPlaneUp || !_uplinks[node.Region] || !node.CanTalk)
        {
            In(Random.Between(2, 8), () => Connect(node, boot));
            return;
        }
        StreamOpening opening = Plane.Open(node, boot, ++node.Attempt);
        if (!opening.IsOpened) return;
        node.Epoch = opening.Epoch;
        if (opening.Verdict != StreamVerdict.Reconnected) Enrol(node, boot);
    }

    private void Enrol(SimNode node, Guid boot)
    {
        Plane.Apply(node, node.Epoch, NodeEvent.EnrolmentStarted, NodeReason.EnrolmentRequested);
        In(Random.Between(1, 3), () => Step(NodeEvent.Provisioned, NodeReason.CertificateIssued));
        In(Random.Between(4, 9), () => Step(NodeEvent.WarmUpStarted, NodeReason.SelfTestPassed));

        void Step(NodeEvent happened, NodeReason reason)
        {
            if (node.Boot != boot || !node.IsUp) return;
            if (!IsPlaneUp || !_uplinks[node.Region] || !node.CanTalk)
            {
                In(Random.Between(30, 60), () => Step(happened, reason));
                return;
            }
            if (!Plane.Apply(node, node.Epoch, happened, reason)) return;
            if (happened == NodeEvent.Provisioned) Certify(node, boot);
            else EndWarmUp(node);
        }
    }

    internal void EndWarmUp(SimNode node) => In(WarmUp.Duration + Random.Between(0, 5), () =>
    {
        if (IsPlaneUp) Plane.Apply(node, node.Epoch, NodeEvent.WarmUpEnded, NodeReason.WarmedUp);
        if (!IsPlaneUp || Plane.StateOf(node) == NodeState.Warming) EndWarmUp(node);
    });

    private void Certify(SimNode node, Guid boot)
    {
        node.CertificateFrom = Epoch + Now;
        node.CertificateTo = node.CertificateFrom + Validity;
        DateTimeOffset issued = node.CertificateFrom;
        var renewal = new CertificateRenewal(node.Id, issued, node.CertificateTo);
        At(renewal.NextAttempt - Epoch, Renew);

        void Renew()
        {
            if (node.Boot != boot || !node.IsUp || node.CertificateFrom != issued) return;
            if (!IsPlaneUp || !_uplinks[node.Region] || !node.CanTalk || Random.Chance(Loss))
            {
                renewal.Failed(Epoch + Now);
                At(renewal.NextAttempt - Epoch, Renew);
                return;
            }
            CheckValidity(node, Now);
            Report.Renewals++;
            Certify(node, boot);
        }
    }

    private void CheckValidity(SimNode node, TimeSpan at)
    {
        if (!node.IsUp) return;
        TimeSpan left = node.CertificateTo - (Epoch + at);
        if (left < Report.LeastValidity) Report.LeastValidity = left;
        if (left < TimeSpan.FromDays(8)) throw new SimException(Seed, Now, $"node {node.Index} has {left.TotalDays:F1} days of validity");
    }

    private void Beat(SimNode node)
    {
        if (!node.IsAwake)
        {
            _beats.Dequeue();
            node.IsQueued = false;
            return;
        }
        // Timers and networks are not exact.
        _beats.DequeueEnqueue(node, Now.Ticks + (HealthMonitor.Interval.Ticks + (long)((Random.Unit() - 0.5) * 100 * TimeSpan.TicksPerMillisecond)));
        Report.Beats++;
        if (!node.CanTalk || !IsPlaneUp || !_uplinks[node.Region] || Random.Chance(Loss)) return;
        if (_isStalled) _heldBack.Add(node);
        else Plane.Beat(node);
    }

    private void Tick()
    {
        In(TimeSpan.FromSeconds(10), Tick);
        if (!IsPlaneUp || _isStalled) return;
        Plane.AdvanceDrains();
        if (Now.Ticks % TimeSpan.TicksPerHour < TimeSpan.TicksPerSecond * 10) Plane.CheckWeights();
        foreach (SimNode node in Nodes)
        {
            if (!node.IsAwake || Now < node.AwakeUntil || Plane.Monitor.HealthOf(node.Id) is not NodeHealth.Good) continue;
            node.IsAwake = false;
            Plane.Follow(node);
        }
    }

    // ---- what the control plane asks of the world ----

    internal void Probe(SimNode node, SimNode vantage, int round)
    {
        Report.Probes++;
        if (!_uplinks[vantage.Region] || Random.Chance(Loss)) return;
        TimeSpan way = Random.Between(0.01, 0.15);
        In(way, () => Try(3));

        void Try(int left)
        {
            if (!vantage.CanTalk) return;
            // Lost on the way there or back.
            bool reached = node.DataPathWorks && !Random.Chance(Loss) && !Random.Chance(Loss);
            if (reached || left == 1) In((reached ? Random.Between(0.01, 0.2) : TimeSpan.FromMilliseconds(300)) + way, () => Answer(reached));
            else In(TimeSpan.FromMilliseconds(300), () => Try(left - 1));
        }

        void Answer(bool reached)
        {
            if (!IsPlaneUp || _isStalled || !_uplinks[vantage.Region] || Random.Chance(Loss)) return;
            Plane.Monitor.Report(node.Id, vantage.Id, round, reached, Now);
        }
    }

    internal void Suspected(SimNode node)
    {
        if (!node.CanTalk || Now - node.GoodSince < TimeSpan.FromSeconds(13)) return;
        Report.FalseSuspects++;
        if (_uplinks.All(static up => !up)) Report.SuspectsInOwnOutage++;
    }

    internal void WentDown(SimNode node)
    {
        if (node.BadSince is not { } since)
        {
            // It may have come back while the verdict was formed.
            if (Now - node.GoodSince > HealthMonitor.DownAfter) Report.FalseDowns++;
            return;
        }
        node.IsDetected = true;
        double took = (Now - since).TotalSeconds;
        if (since < _troubleUntil) Report.DetectionsInTrouble.Add(took);
        else if (IsRegionLost(node)) Report.RegionDetections.Add(took);
        else Report.SingleDetections.Add(took);
    }

    /// <summary>A node's data path stopped just now: in 13 s this has to be known.</summary>
    internal void ExpectDetection(SimNode node)
    {
        TimeSpan since = Now;
        bool isWatched = Plane.Monitor.HealthOf(node.Id) is NodeHealth.Good or NodeHealth.Suspect
            && Now - node.WatchedSince > TimeSpan.FromSeconds(30);
        if (!isWatched || node.BadSince != since) return;
        In(HealthMonitor.DownAfter + TimeSpan.FromMilliseconds(1), () =>
        {
            if (node.BadSince == since && !node.IsDetected && _troubleUntil < since && Plane.Monitor.HealthOf(node.Id) is not null)
                throw new SimException(Seed, Now, $"node {node.Index} is not seen to be down; frozen: {Plane.Monitor.IsFrozen(node.Site.Region)}");
            if (node.BadSince == since && !node.IsDetected) Report.Undetected++;
        });
    }

    internal void ClientsLeave(SimNode node) => In(Random.Exponential(1800), () =>
    {
        if (IsPlaneUp) Plane.Planner.Emptied(node.Id);
    });

    internal void Drained(SimNode node)
    {
        Plane.Apply(node, node.Epoch, NodeEvent.UpdateStarted, NodeReason.Update);
        Guid boot = node.Boot;
        bool reboots = Random.Chance(0.5);
        if (reboots) node.SetUp(false, Now);
        In(Random.Between(40, 120), Done);

        void Done()
        {
            if (node.Boot != boot) return;
            if (reboots)
            {
                Boot(node);
            }
            else if (!IsPlaneUp || !node.CanTalk)
            {
                In(TimeSpan.FromMinutes(1), Done);
            }
            else if (Plane.Apply(node, node.Epoch, NodeEvent.WarmUpStarted, NodeReason.SelfTestPassed))
            {
                EndWarmUp(node);
            }
        }
    }

    // ---- our own trouble ----

    /// <summary>We are cut off from some regions, or from all.</summary>
    internal void CutUplinks(int regions, TimeSpan duration)
    {
        int first = Random.Below(Regions);
        for (int i = 0; i < regions; i++) _uplinks[(first + i) % Regions] = false;
        Excuse(duration);
        In(duration, () =>
        {
            for (int i = 0; i < regions; i++) _uplinks[(first + i) % Regions] = true;
            // A stream outlives a short cut.
            if (duration > TimeSpan.FromSeconds(30)) Reconnect();
        });
    }

    /// <summary>The process of the control plane stands still; what comes in waits.</summary>
    internal void Stall(TimeSpan duration)
    {
        _isStalled = true;
        Excuse(duration);
        In(duration, () =>
        {
            _isStalled = false;
            foreach (SimNode node in _heldBack) Plane.Beat(node);
            _heldBack.Clear();
        });
    }

    /// <summary>The control plane is gone, and another process takes its place.</summary>
    internal void StopPlane(TimeSpan duration)
    {
        IsPlaneUp = false;
        Excuse(duration);
        In(duration, () =>
        {
            Plane = new SimControlPlane(this, Plane);
            IsPlaneUp = true;
            Reconnect();
        });
    }

    private void Reconnect()
    {
        foreach (SimNode node in Nodes)
        {
            Guid boot = node.Boot;
            In(Random.Between(0, 5), () => Connect(node, boot));
        }
    }

    private void Excuse(TimeSpan duration)
    {
        TimeSpan until = Now + duration + TimeSpan.FromSeconds(30);
        if (until > _troubleUntil) _troubleUntil = until;
    }

    private bool IsRegionLost(SimNode node) =>
        Nodes.Count(other => other.Region == node.Region && other.BadSince == node.BadSince) > 3;

    private IEnumerable<SimNode> Layout()
    {
        int index = 0;
        for (int region = 0; region < Regions; region++)
        {
            for (int city = 0; city < CitySizes.Length; city++)
            {
                for (int i = 0; i < CitySizes[city]; i++)
                {
                    var site = new NodeSite($"region-{region}", $"city-{region}-{city}", $"provider-{(index * 7) % 8}");
                    yield return new SimNode(index, Random.Guid(), site, region)
                    {
                        IsAlwaysAwake = index % 5 == 0,
                        ClockOffset = index % 20 == 0 ? Random.Between(-55, 55) : Random.Between(-0.5, 0.5),
                    };
                    index++;
                }
            }
        }
    }
}
