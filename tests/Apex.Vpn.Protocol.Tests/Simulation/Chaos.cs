using Apex.Vpn.Fuzz.Checks;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Inner;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>
/// A network in trouble: members talk while chance loses, delays, repeats and forges datagrams, moves members to other addresses, puts them
/// to sleep and changes their configuration. After every step the books are compared with what came out.
/// </summary>
internal sealed class Chaos : IDisposable
{
    private readonly ChaosOptions _options;
    private readonly WatchfulAead _aead;
    private readonly TracedPackets _packets = new();
    private readonly ChaosNetwork _network;
    private readonly ChaosFaults _faults;
    private readonly PriorityQueue<Action, long> _later = new();
    private readonly Dictionary<(int Sender, int Receiver), int> _exchanged = [];

    internal Chaos(ulong seed, ChaosOptions options)
    {
        _options = options;
        _aead = new WatchfulAead(AeadProviders.Select((seed & 1) == 0 ? AeadChoice.Libsodium : AeadChoice.Managed));
        World = new World(seed) { Records = false };
        Dice = new Dice(World.Random);
        var nodeOptions = new NodeOptions { Aead = _aead, HandshakeQueueCapacity = 64, StagingBytes = 64 << 10 };
        for (int i = 0; i < options.Nodes; i++)
        {
            bool isMobile = i >= options.FixedNodes;
            Node node = World.AddNode($"192.0.2.{i + 1}:{1000 + i}", nodeOptions);
            Members.Add(new Member(i, node, isMobile, isNatted: isMobile && Dice.Chance(0.5)));
        }
        _network = new ChaosNetwork(World, Members, Dice);
        World.Faults = _network;
        _aead.Opened = _network.Opened;
        foreach (Member member in Members)
        {
            foreach (Member other in Others(member)) member.Link(other, KnowsAddress(member, other), presharedKey: 0);
        }
        _faults = new ChaosFaults(this, _network);
    }

    internal World World { get; }

    internal Dice Dice { get; }

    internal List<Member> Members { get; } = [];

    internal ChaosOptions Options => _options;

    /// <summary>How many things happened so far.</summary>
    internal long Steps => World.Steps;

    /// <summary>Tells runs apart, in one process.</summary>
    internal int Digest => HashCode.Combine(_network.Digest, _network.Arrivals, World.Now, Steps);

    /// <summary>How long the network took to recover.</summary>
    internal TimeSpan Recovery { get; private set; }

    /// <summary>What became of the inner packets, and of the keys.</summary>
    internal string Summary => $"{_packets.Made} packets sent, {_packets.Delivered} delivered, {_aead.Keys} keys, {_network.Arrivals} arrivals";

    /// <summary>Those whom a member may talk to.</summary>
    internal IEnumerable<Member> Others(Member member) =>
        Members.Where(other => other != member && (!_options.IsStar || member.Index == 0 || other.Index == 0));

    /// <summary>Whether a member that is configured to talk to another is told where that is: those that stay, by chance, await the others.</summary>
    internal bool KnowsAddress(Member member, Member other) => member.IsMobile || !other.IsMobile || Dice.Chance(0.5);

    /// <summary>Everything until so many steps were made; then peace, in which every pair finds each other; then nothing is left behind.</summary>
    internal void Run(long steps)
    {
        while (Steps < steps)
        {
            _faults.Strike();
            Observe();
        }
        Heal();
        Recover();
        _network.AssertFloor();
    }

    internal void Pass(TimeSpan duration)
    {
        Instant end = World.Now + duration;
        while (World.Now < end)
        {
            Instant limit = _later.TryPeek(out _, out long at) && at < end.Nanoseconds ? new Instant(at) : end;
            World.Step(limit);
            RunDue();
            Observe();
        }
    }

    internal void Later(TimeSpan delay, Action deed) => _later.Enqueue(deed, (World.Now + delay).Nanoseconds);

    /// <summary>A member's host sends packets to inner addresses by chance, or from one address to another.</summary>
    internal void Send(Member member, int count, int source = -1, int destination = -1)
    {
        if (member.Node.IsAsleep) return;
        var packets = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            int to = destination >= 0 ? destination : DestinationFor(member);
            int from = source >= 0 ? source : SourceFor(member, to);
            int receiver = member.OwnerOf(to)?.Target.Index ?? -1;
            packets[i] = _packets.Make(member.Index, receiver, from, to, Dice.Chance(0.05) ? Dice.Below(1400) : Dice.Below(64));
        }
        member.Node.Send(packets);
        Observe();
    }

    /// <summary>Compares what came out of every tunnel with the books.</summary>
    internal void Observe()
    {
        foreach (Member member in Members)
        {
            foreach (byte[] packet in member.Node.Delivered) Observe(member, packet);
            member.Node.Delivered.Clear();
            if (member.Node.IsAsleep) continue;
            Assert.True(member.Node.NextDeadline(World.Now) > World.Now, "The next deadline is in the past.");
            Assert.Equal(0, member.Node.Engine.Context.Quiescence.Pending);
        }
        if (!_aead.Violations.IsEmpty) Assert.Fail(string.Join('\n', _aead.Violations));
    }

    public void Dispose() => World.Dispose();

    private void Observe(Member member, byte[] packet)
    {
        Assert.True(InnerPacket.TryParse(packet, out InnerPacket parsed) && parsed.Length == packet.Length);
        if (IsError(packet, in parsed)) return; // the engine's own, for what it could not route
        (int sender, int source, _) = _packets.Arrive(packet, member.Index);
        Assert.True(
            member.OwnerOf(source)?.Target.Index == sender,
            $"Node {member.Index} took a packet of node {sender} from {InnerAddresses.Prefix(source)}, which is not allowed to it.");
        _exchanged[(sender, member.Index)] = _exchanged.GetValueOrDefault((sender, member.Index)) + 1;
    }

    private static bool IsError(byte[] packet, in InnerPacket parsed) =>
        packet[parsed.IsIPv4 ? 9 : 6] is IcmpEligibility.ProtocolIcmp or IcmpEligibility.ProtocolIcmpIPv6;

    private int DestinationFor(Member member)
    {
        if (member.Links.Count == 0 || Dice.Chance(0.2)) return Dice.Below(InnerAddresses.Count);
        Member target = Dice.Of(member.Links).Target;
        return Dice.Chance(0.5) ? InnerAddresses.HomeIPv4(target.Index) : InnerAddresses.HomeIPv6(target.Index);
    }

    private int SourceFor(Member member, int destination)
    {
        if (Dice.Chance(0.9)) return InnerAddresses.IsIPv4(destination) ? InnerAddresses.HomeIPv4(member.Index) : InnerAddresses.HomeIPv6(member.Index);
        int source;
        do source = Dice.Below(InnerAddresses.Count);
        while (InnerAddresses.IsIPv4(source) != InnerAddresses.IsIPv4(destination));
        return source;
    }

    private void RunDue()
    {
        while (_later.TryPeek(out Action? deed, out long at) && at <= World.Now.Nanoseconds)
        {
            _later.Dequeue();
            deed();
        }
    }

    /// <summary>The trouble ends: what was put off is done, and operators make good what nobody else could.</summary>
    private void Heal()
    {
        World.Link = Link.Perfect with { Spread = TimeSpan.FromMilliseconds(20) };
        while (_later.TryDequeue(out Action? deed, out _)) deed();
        Pass(TimeSpan.FromSeconds(5)); // what is still on its way from former addresses arrives
        foreach (Member member in Members.Where(static member => member.IsNatted)) _network.Remap(member);
        foreach (Member member in Members)
        {
            foreach (MemberLink link in member.Links.Where(link => link.Target.IsMobile && member.IsMobile)) member.SetEndpoint(link);
        }
        // One is left out on one side: that pair must stay silent.
        Member lonely = Members[^1];
        if (_options.Nodes > 2 && Dice.Chance(0.3) && lonely.LinkTo(Members[0]) is { } unwanted) lonely.Unlink(unwanted);
    }

    private void Recover()
    {
        _exchanged.Clear();
        Instant start = World.Now;
        (Member From, Member To)[] pairs =
            [.. Members.SelectMany(member => member.Links.Where(static link => link.IsMutual).Select(link => (member, link.Target)))];
        Assert.NotEmpty(pairs);
        while (World.Now - start < _options.RecoversWithin && !pairs.All(IsWell))
        {
            foreach ((Member from, Member to) in pairs)
            {
                bool isIPv4 = Dice.Chance(0.5);
                Send(
                    from,
                    count: 1,
                    isIPv4 ? InnerAddresses.HomeIPv4(from.Index) : InnerAddresses.HomeIPv6(from.Index),
                    isIPv4 ? InnerAddresses.HomeIPv4(to.Index) : InnerAddresses.HomeIPv6(to.Index));
            }
            if (_options.Floods) _faults.Flood(Members[Dice.Below(Members.Count)]);
            Pass(TimeSpan.FromMilliseconds(950));
        }
        Recovery = World.Now - start;
        string silent = string.Join(", ", pairs.Where(pair => !IsWell(pair)).Select(static pair => $"{pair.From.Index} to {pair.To.Index}"));
        Assert.True(silent.Length == 0, $"After {Recovery} nothing passed from {silent}.");
        Assert.All(_exchanged.Keys, heard => Assert.Contains(pairs, pair => (pair.From.Index, pair.To.Index) == heard));
    }

    private bool IsWell((Member From, Member To) pair) => _exchanged.ContainsKey((pair.From.Index, pair.To.Index));
}
