using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.Handshakes;

/// <summary>
/// Initiations of nobody's from everywhere, at a bounded rate: half are junk, half have a valid mac1, as everybody can make it who knows the
/// responder's public key. Made beforehand and sent in batches, so that the sender leaves the processors to those who are measured.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class Flood : IDisposable
{
    private const int Messages = 4096;
    private const int BatchSlots = 64;
    private const int Stride = 512;

    /// <summary>Short, so that the flood flows and does not come in gusts that nobody's network would bring.</summary>
    private const uint PauseMicroseconds = 100;

    private readonly LinuxUdpTransport _transport = new();
    private readonly PacketBatch _batch = new(BatchSlots, BatchSlots * Stride);
    private readonly byte[][] _messages = new byte[Messages][];
    private readonly UdpEndpoint _target;
    private readonly int _rate;
    private readonly Thread _thread;
    private volatile bool _ending;
    private uint _source = 1;
    private int _next;

    /// <summary>Begins at once.</summary>
    internal Flood(UdpEndpoint target, PublicKey responder, int rate)
    {
        (_target, _rate) = (target, rate);
        byte[] mac1Key = new byte[Blake2s.HashSize];
        CookieLayout.DeriveMac1Key(in responder, mac1Key);
        for (int i = 0; i < Messages; i++)
        {
            byte[] message = RandomNumberGenerator.GetBytes(InitiationMessage.Size);
            new InitiationMessage(message).WriteType();
            message.AsSpan(^CookieLayout.MacSize..).Clear();
            if (i % 2 == 0) Blake2s.Mac(mac1Key, CookieLayout.CoveredByMac1(message), message.AsSpan(^CookieLayout.MacsSize..^CookieLayout.MacSize));
            _messages[i] = message;
        }
        _transport.Open(0);
        _thread = new Thread(Run) { Name = "flood", IsBackground = true };
        _thread.Start();
    }

    /// <summary>How many messages were sent per second.</summary>
    internal double Sent { get; private set; }

    /// <summary>Ends the flood and waits for that.</summary>
    public void Dispose()
    {
        _ending = true;
        _thread.Join();
        _transport.Dispose();
    }

    [LibraryImport("libc")]
    private static partial int usleep(uint microseconds);

    private void Run()
    {
        long start = Stopwatch.GetTimestamp(), sent = 0, tried = 0;
        while (!_ending)
        {
            long due = (long)(Stopwatch.GetElapsedTime(start).TotalSeconds * _rate);
            while (tried < due)
            {
                int count = (int)Math.Min(due - tried, BatchSlots);
                sent += Send(count);
                tried += count;
            }
            _ = usleep(PauseMicroseconds);
        }
        Sent = sent / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private int Send(int count)
    {
        _batch.Clear();
        for (int i = 0; i < count; i++)
        {
            // The upper half of 127.0.0.0/8, in an order that repeats after eight million.
            _source = (_source * 1664525) + 1013904223;
            UInt128 address = (127u << 24) | (1u << 23) | ((_source >> 8) & 0x7FFFFF);
            _batch.Add(_messages[_next++ % Messages]).Path = new UdpPath(_target, address);
        }
        return _transport.Send(_batch);
    }
}
