using System.Collections.Concurrent;
using System.Diagnostics;
using Apex.Vpn.Fuzz.Checks;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Fuzz.Stress;

/// <summary>A hub and its clients, with what all their threads share.</summary>
internal sealed class StressNetwork : IDisposable
{
    internal const int Hub = 1;

    private const int HubSenders = 2, HubReceivers = 2, ClientSenders = 1, ClientReceivers = 1;

    // Each so many datagrams one is sent twice, so that replay windows have something to do.
    private const int DuplicateEach = 64;

    private readonly CancellationTokenSource _ending = new();
    private readonly long[] _heard; // by source and destination
    private long _sent;
    private long _taken;
    private int _busySenders;

    internal StressNetwork(StressOptions options)
    {
        Options = options;
        Aead = new WatchfulAead(AeadProviders.Select(AeadChoice.Automatic), isLossless: true);
        int workers = HubSenders + (options.Clients * ClientSenders);
        Packets = new StressPackets(workers + 1 + options.Clients);
        _heard = new long[(options.Clients + 2) * (options.Clients + 2)];
        var engineOptions = new EngineOptions
        {
            Aead = Aead,
            Random = options.FewIndices ? new FewIndicesRandom() : SecureRandom.Shared,
            StagingBytes = 128 << 10,
        };
        Nodes = [.. Enumerable.Range(Hub, options.Clients + 1).Select(index => new StressNode(this, index, engineOptions, PrivateKey.Generate()))];
    }

    internal StressOptions Options { get; }

    internal StressClock Clock { get; } = new();

    internal WatchfulAead Aead { get; }

    internal StressPackets Packets { get; }

    internal StressNode[] Nodes { get; }

    internal StressNode HubNode => Nodes[0];

    internal IEnumerable<StressNode> Clients => Nodes.Skip(1);

    /// <summary>Set while senders may send.</summary>
    internal ManualResetEventSlim Sending { get; } = new(initialState: false);

    /// <summary>Set when something is wrong; the run ends then.</summary>
    internal ManualResetEventSlim Failed { get; } = new(initialState: false);

    internal ConcurrentQueue<string> Failures { get; } = new();

    internal CancellationToken Ending => _ending.Token;

    internal long Delivered => _heard.Sum();

    /// <summary>Whom a node may talk to.</summary>
    internal int PartnerOf(int node, int roll) => node == Hub ? Hub + 1 + (roll % Options.Clients) : Hub;

    /// <summary>The number of the sender that stands for guests at a node.</summary>
    internal int GuestSender(int node) => HubSenders + (Options.Clients * ClientSenders) + node - Hub;

    /// <summary>How many packets passed from one node to another.</summary>
    internal long Heard(int source, int destination) => Interlocked.Read(ref _heard[HeardIndex(source, destination)]);

    internal void Start()
    {
        int sender = 0;
        foreach (StressNode node in Nodes)
        {
            bool isHub = node.Index == Hub;
            node.Start(isHub ? HubSenders : ClientSenders, isHub ? HubReceivers : ClientReceivers, sender);
            sender += isHub ? HubSenders : ClientSenders;
        }
    }

    internal void End()
    {
        _ending.Cancel();
        foreach (StressNode node in Nodes) node.Join();
    }

    public void Dispose()
    {
        foreach (StressNode node in Nodes) node.Dispose();
        _ending.Dispose();
        Sending.Dispose();
        Failed.Dispose();
    }

    internal void Send(ReadOnlySpan<byte> datagram, UdpEndpoint from, UdpEndpoint to)
    {
        int index = StressNode.Of(to) - Hub;
        if ((uint)index >= (uint)Nodes.Length) return; // nobody lives there
        int copies = Interlocked.Increment(ref _sent) % DuplicateEach == 0 ? 2 : 1;
        if (copies == 2) Interlocked.Increment(ref _sent);
        for (int i = 0; i < copies; i++) Nodes[index].Wire.Send(datagram, from, Ending);
    }

    /// <summary>Receivers are done with some datagrams.</summary>
    internal void CountTaken(int datagrams) => Interlocked.Add(ref _taken, datagrams);

    /// <summary>A sender begins a batch, once sending is allowed.</summary>
    internal void BeginSending()
    {
        while (true)
        {
            Sending.Wait(Ending);
            Interlocked.Increment(ref _busySenders);
            if (Sending.IsSet) return;
            Interlocked.Decrement(ref _busySenders); // forbidden meanwhile
        }
    }

    internal void EndSending() => Interlocked.Decrement(ref _busySenders);

    /// <summary>Has every control worker do something, and waits until each is done with it; false when that takes too long.</summary>
    internal bool PostToAll(Action<WireGuardEngine> command, TimeSpan patience)
    {
        using var done = new CountdownEvent(Nodes.Length);
        foreach (StressNode node in Nodes)
        {
            node.Post(engine =>
            {
                command(engine);
                done.Signal();
            });
        }
        return done.Wait(patience);
    }

    /// <summary>Waits until nothing is on its way and nobody does anything; false when that takes too long. Nobody may send.</summary>
    internal bool Drain(TimeSpan patience)
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < patience)
        {
            long sent = Interlocked.Read(ref _sent);
            bool isQuiet = Volatile.Read(ref _busySenders) == 0 && Interlocked.Read(ref _taken) == sent;
            // Two turns of every control worker: the second begins when the first has sent all it had to.
            for (int turn = 0; turn < 2; turn++) isQuiet &= PostToAll(static _ => { }, patience);
            if (isQuiet && Interlocked.Read(ref _sent) == sent) return true;
            if (Failed.Wait(millisecondsTimeout: 1)) return false;
        }
        return false;
    }

    internal void Deliver(ReadOnlySpan<byte> packet, int node)
    {
        if (Packets.Arrive(packet, node, out int source) is { } wrong) Fail(wrong);
        Interlocked.Increment(ref _heard[HeardIndex(source, node)]);
    }

    internal void Fail(string failure)
    {
        if (Failures.Count < 20) Failures.Enqueue(failure);
        Failed.Set();
    }

    /// <summary>Runs a thread's loop; whatever it throws, but for the end, is a failure.</summary>
    internal void Guard(string thread, Action loop)
    {
        try
        {
            loop();
        }
        catch (OperationCanceledException) when (Ending.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            Fail($"Thread '{thread}': {exception}");
        }
    }

    private int HeardIndex(int source, int destination) => (source * (Options.Clients + 2)) + destination;
}
