using System.Diagnostics;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.Probes;

/// <summary>The engine alone, receiving and control worker on one thread: batches of probes in, batches of replies out.</summary>
internal sealed class EngineProbes : IDisposable
{
    internal const int Slots = 64;

    /// <summary>The engine's clock runs on, so that no share is used up; slowly enough that no probe gets too old.</summary>
    private static readonly TimeSpan PerBatch = TimeSpan.FromMicroseconds(70);

    private readonly WireGuardEngine _engine;
    private readonly Worker _worker;
    private readonly PacketBatch _received = new(Slots, Slots * 512);
    private readonly PacketBatch _control = WireGuardEngine.CreateControlBatch();
    private Instant _now = new(1_000_000_000_000);

    internal EngineProbes(ProbeWork work, bool answers, int identities = 1)
    {
        _engine = new WireGuardEngine(new EngineOptions { Aead = AeadProviders.Select(AeadChoice.Libsodium), Random = SecureRandom.Shared });
        _engine.SetPrivateKey(work.PrivateKey);
        for (int i = 1; i < identities; i++)
        {
            using PrivateKey other = PrivateKey.Generate();
            _engine.TryAddIdentity(other);
        }
        _engine.Up();
        if (answers) _engine.AnswerProbes(work.Settings(_now));
        _worker = _engine.CreateWorker(Slots);
    }

    internal static Result Measure(TimeSpan duration)
    {
        using var work = new ProbeWork();
        using var engine = new EngineProbes(work, answers: true);
        engine.Run(work.Requests, TimeSpan.FromSeconds(1));
        (double rate, long bytes, long answered) = engine.Run(work.Requests, duration);
        return new Result(rate, (double)bytes / (answered * 148), answered);
    }

    /// <summary>Gives the engine messages for some time; returns how many it answered per second, and by how many bytes.</summary>
    internal (double PerSecond, long Bytes, long Answered) Run(byte[][] messages, TimeSpan duration)
    {
        long before = Answered, bytes = 0, start = Stopwatch.GetTimestamp();
        for (int next = 0; Stopwatch.GetElapsedTime(start) < duration;)
        {
            Receive(messages, ref next);
            for (bool more = true; more;)
            {
                more = _engine.Step(_now, _control);
                foreach (ref PacketSlot slot in _control.Slots) bytes += slot.Length;
                _engine.AfterSend(_control, _control.Count);
            }
        }
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return ((Answered - before) / seconds, bytes, Answered - before);
    }

    /// <summary>One batch into the receiving worker.</summary>
    internal void Receive(byte[][] messages, ref int next)
    {
        _now += PerBatch;
        _received.Clear();
        for (int i = 0; i < Slots; i++, next = (next + 1) % messages.Length)
            _received.Add(messages[next]).Path = new UdpPath(UdpEndpoint.FromIPv4((uint)ProbeWork.Source(next), 1));
        _engine.Inbound.Process(_received, _worker, _now);
    }

    public void Dispose()
    {
        _worker.Dispose();
        _engine.Dispose();
    }

    private long Answered => _engine.Context.Counters.Read(CounterKind.ProbesAnswered);

    internal sealed record Result(double PerSecond, double OutToIn, long Answered);
}
