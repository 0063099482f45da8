using System.Collections.Concurrent;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Fuzz.Stress;

/// <summary>An engine with real threads: some that send, some that receive, one that controls.</summary>
internal sealed class StressNode : IDisposable
{
    private const int BatchSlots = 32;
    private const int PortsPerNode = 1000;

    private readonly StressNetwork _network;
    private readonly WakeSignal _wake = new();
    private readonly StressClock.Alarm _alarm;
    private readonly ConcurrentQueue<Action<WireGuardEngine>> _commands = new();
    private readonly List<Thread> _threads = [];
    private readonly object _flow = new();
    private int _port;
    private long _offered;
    private long _emitted;

    internal StressNode(StressNetwork network, int index, EngineOptions options, PrivateKey key)
    {
        (_network, Index, Key) = (network, index, key);
        _port = index * PortsPerNode;
        _alarm = network.Clock.AddAlarm(_wake.Set);
        Engine = new WireGuardEngine(new EngineOptions
        {
            Aead = options.Aead,
            Random = options.Random,
            StagingBytes = options.StagingBytes,
            WakeControl = _wake.Set,
        });
        Engine.AnchorWallClock(1_800_000_000_000_000_000, network.Clock.Now);
        Engine.Context.Mtu = 1420;
        Engine.SetPrivateKey(key);
        Engine.Up();
    }

    internal int Index { get; }

    internal WireGuardEngine Engine { get; }

    internal PrivateKey Key { get; set; }

    internal Wire Wire { get; } = new();

    /// <summary>Where its datagrams come from at present.</summary>
    internal UdpEndpoint Address => UdpEndpoint.FromIPv4(0x0A636300u | (uint)Index, (ushort)Volatile.Read(ref _port));

    /// <summary>Packets that went into the engine, and data messages that came out of it.</summary>
    internal (long Offered, long Emitted) Flow => (Interlocked.Read(ref _offered), Interlocked.Read(ref _emitted));

    /// <summary>The node whose address an endpoint is; -1 for nobody's.</summary>
    internal static int Of(UdpEndpoint endpoint) => endpoint.Port / PortsPerNode;

    /// <summary>Goes on from another address.</summary>
    internal void Roam() => Volatile.Write(ref _port, (Index * PortsPerNode) + (int)(SecureRandom.Shared.NextUInt32() % PortsPerNode));

    /// <summary>Has the control worker do something.</summary>
    internal void Post(Action<WireGuardEngine> command)
    {
        _commands.Enqueue(command);
        _wake.Set();
    }

    internal void Start(int senders, int receivers, int firstSender)
    {
        for (int i = 0; i < senders; i++)
        {
            int sender = firstSender + i;
            Run($"{Index} send", () => SendLoop(sender));
        }
        for (int i = 0; i < receivers; i++) Run($"{Index} receive", ReceiveLoop);
        Run($"{Index} control", ControlLoop);
    }

    internal void Join()
    {
        _wake.Set();
        foreach (Thread thread in _threads) thread.Join();
    }

    public void Dispose()
    {
        Engine.Dispose();
        Key.Dispose();
        Wire.Dispose();
        _wake.Dispose();
    }

    /// <summary>A worker that comes, sends one batch and goes.</summary>
    internal void SendOnce(int sender, int destination, ref ulong sequence, int count)
    {
        var batch = new PacketBatch(count, count * 2048);
        using Worker worker = Engine.CreateWorker(count);
        for (int i = 0; i < count; i++) StressPackets.Add(batch, Index, destination, sender, sequence++, padding: 40);
        Process(batch, worker);
    }

    /// <summary>Does what the control worker would, once its thread is gone.</summary>
    internal void RunControl()
    {
        PacketBatch batch = WireGuardEngine.CreateControlBatch();
        for (bool more = true; more;)
        {
            more = Engine.Step(_network.Clock.Now, batch);
            CountEmitted(batch);
        }
    }

    private void Run(string name, Action loop)
    {
        var thread = new Thread(() => _network.Guard(name, loop)) { Name = name, IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    private void SendLoop(int sender)
    {
        var dice = new Random(HashCode.Combine(_network.Options.Seed, sender));
        var batch = new PacketBatch(BatchSlots, BatchSlots * 2048);
        using Worker worker = Engine.CreateWorker(BatchSlots);
        ulong sequence = 0;
        while (!_network.Ending.IsCancellationRequested)
        {
            _network.BeginSending();
            batch.Clear();
            for (int i = dice.Next(1, BatchSlots); i > 0; i--)
            {
                int destination = _network.PartnerOf(Index, dice.Next());
                StressPackets.Add(batch, Index, destination, sender, sequence++, dice.Next(8) == 0 ? dice.Next(StressPackets.MaxSize) : dice.Next(64));
            }
            bool emitted = Process(batch, worker);
            _network.EndSending();
            if (emitted) continue;
            // No session: rest until the control worker sends something, or a moment.
            lock (_flow) Monitor.Wait(_flow, millisecondsTimeout: 1);
        }
    }

    /// <summary>Sends a batch; false when all of it waits or was dropped.</summary>
    private bool Process(PacketBatch batch, Worker worker)
    {
        Interlocked.Add(ref _offered, batch.Count);
        Engine.Outbound.Process(batch, worker, _network.Clock.Now);
        worker.Replies.Clear();
        int emitted = CountEmitted(batch);
        OutboundPath.AfterSend(batch, worker, Emit(batch));
        _network.Clock.CountBatch();
        return emitted != 0;
    }

    private void ReceiveLoop()
    {
        var batch = new PacketBatch(BatchSlots, BatchSlots * 2048);
        using Worker worker = Engine.CreateWorker(BatchSlots);
        while (!_network.Ending.IsCancellationRequested)
        {
            Wire.Receive(batch, _network.Ending);
            Engine.Inbound.Process(batch, worker, _network.Clock.Now);
            foreach (ref PacketSlot slot in batch.Slots)
            {
                if (slot.Length != 0) _network.Deliver(batch.Bytes(in slot), Index);
            }
            _network.CountTaken(batch.Count);
            _network.Clock.CountBatch();
        }
    }

    private void ControlLoop()
    {
        PacketBatch batch = WireGuardEngine.CreateControlBatch();
        while (!_network.Ending.IsCancellationRequested)
        {
            while (_commands.TryDequeue(out Action<WireGuardEngine>? command)) command(Engine);
            Instant now = _network.Clock.Now;
            bool more = Engine.Step(now, batch);
            if (batch.Count != 0)
            {
                CountEmitted(batch);
                Engine.AfterSend(batch, Emit(batch));
                lock (_flow) Monitor.PulseAll(_flow);
            }
            if (more) continue;
            // Nothing but a wake-up or the clock ends this: a wake-up that got lost shows as silence.
            _alarm.Set(Engine.NextDeadline(now).At);
            _wake.Wait(TimeSpan.MaxValue);
        }
    }

    private int CountEmitted(PacketBatch batch)
    {
        int emitted = 0;
        foreach (ref PacketSlot slot in batch.Slots)
        {
            if (slot.Length > TransportMessage.MinSize && batch.Bytes(in slot)[0] == (byte)MessageType.Transport) emitted++;
        }
        Interlocked.Add(ref _emitted, emitted);
        return emitted;
    }

    private int Emit(PacketBatch batch)
    {
        int sent = 0;
        foreach (ref PacketSlot slot in batch.Slots)
        {
            if (slot.Length == 0) continue;
            sent++;
            _network.Send(batch.Bytes(in slot), Address, slot.Path.Remote);
        }
        return sent;
    }
}
