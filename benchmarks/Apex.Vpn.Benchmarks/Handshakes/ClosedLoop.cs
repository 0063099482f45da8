using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.Handshakes;

/// <summary>Keeps a number of handshakes under way: each response sets off the next initiation, of the next peer.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ClosedLoop : IDisposable
{
    private const int BatchSlots = 64;
    private const int Stride = 512;

    /// <summary>One response in so many is checked in full, which costs two agreements.</summary>
    private const int CheckedShare = 512;

    /// <summary>Without any response for so long, those under way are lost.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly LinuxUdpTransport _transport = new();
    private readonly PacketBatch _received = new(BatchSlots, BatchSlots * Stride);
    private readonly PacketBatch _sending = new(BatchSlots, BatchSlots * Stride);
    private readonly Population _population;
    private readonly UdpEndpoint _target;
    private readonly int _outstanding;
    private readonly int[] _places; // by peer: which of its initiations is under way, or -1
    private int _underWay;

    internal ClosedLoop(Population population, UdpEndpoint target, int outstanding)
    {
        (_population, _target, _outstanding) = (population, target, Math.Min(outstanding, population.Count));
        _places = new int[population.Count];
        Array.Fill(_places, -1);
        _transport.Open(0);
    }

    internal long Completed { get; private set; }

    internal long Lost { get; private set; }

    internal long Cookies { get; private set; }

    internal long Checked { get; private set; }

    /// <summary>Runs until the time is over or no prepared initiation is left; returns handshakes per second.</summary>
    internal double Run(TimeSpan duration)
    {
        using var watchdog = new Timer(_ => _transport.Wake(), null, Patience, Patience);
        long start = Stopwatch.GetTimestamp(), progress = start, before = Completed;
        Refill();
        while (_underWay != 0 && Stopwatch.GetElapsedTime(start) < duration)
        {
            long completed = Completed;
            _transport.Receive(_received);
            foreach (ref PacketSlot slot in _received.Slots) Take(_received.Bytes(in slot));
            if (Completed != completed) progress = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(progress) > Patience) GiveUp();
            Refill();
            // Some responses at a time: woken by each, the loop would make the responder pay for a wake-up per handshake. Most of those under
            // way still wait at the responder meanwhile.
            Thread.Sleep(1);
        }
        double rate = (Completed - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        Drain();
        return rate;
    }

    public void Dispose() => _transport.Dispose();

    private void Refill()
    {
        while (_underWay < _outstanding && _population.Left > 0)
        {
            _sending.Clear();
            while (_sending.Count < BatchSlots && _underWay < _outstanding && _population.Left > 0)
            {
                ReadOnlySpan<byte> message = _population.Take(out Initiator initiator, out int place);
                _sending.Add(message).Path = initiator.PathTo(_target);
                if (_places[initiator.Number] < 0) _underWay++;
                else Lost++; // still under way from the round before
                _places[initiator.Number] = place;
            }
            _transport.Send(_sending);
        }
    }

    private void Take(Span<byte> message)
    {
        if (message.Length == CookieReplyMessage.Size) Cookies++;
        if (message.Length != ResponseMessage.Size) return;
        uint number = BinaryPrimitives.ReadUInt32LittleEndian(message[ResponseMessage.ReceiverOffset..]) - 1;
        if (number >= _places.Length || _places[number] < 0) return;
        if (Completed % CheckedShare == 0)
        {
            if (!_population[(int)number].Accepts(message, _population.State(_places[number])))
                throw new InvalidOperationException("A response did not end its handshake.");
            Checked++;
        }
        _places[number] = -1;
        _underWay--;
        Completed++;
    }

    /// <summary>Takes what is still under way, so that it does not count in the next run.</summary>
    private void Drain()
    {
        using var watchdog = new Timer(_ => _transport.Wake(), null, Patience, Patience);
        for (long start = Stopwatch.GetTimestamp(); _underWay != 0 && Stopwatch.GetElapsedTime(start) < Patience;)
        {
            _transport.Receive(_received);
            foreach (ref PacketSlot slot in _received.Slots) Take(_received.Bytes(in slot));
        }
        GiveUp();
    }

    private void GiveUp()
    {
        Lost += _underWay;
        _underWay = 0;
        Array.Fill(_places, -1);
    }
}
