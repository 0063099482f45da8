using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Samples.Quickstart;

/// <summary>What is shown, in order. Each step returns what it measured and throws when something is not as it should be.</summary>
internal sealed class Demonstration : IAsyncDisposable
{
    private const long BulkBytes = 300_000_000;
    private const int WindowBytes = 1 << 20;

    private static readonly TimeSpan StallLimit = TimeSpan.FromMilliseconds(100);

    private readonly Site _left = new("left", 1);
    private readonly Site _right = new("right", 2);
    private readonly CancellationToken _limit;
    private ushort _sequence;

    internal Demonstration(CancellationToken limit)
    {
        _limit = limit;
        Steps =
        [
            new Step("Handshake", Handshake),
            new Step("Ping", Ping),
            new Step("Transfer", Transfer),
            new Step("Roll a key", RollKey),
            new Step("Roam to another port", Roam),
            new Step("Reject a tampered packet", RejectTampered),
            new Step("Reject a replayed packet", RejectReplayed),
        ];
    }

    internal IReadOnlyList<Step> Steps { get; }

    public async ValueTask DisposeAsync()
    {
        await _left.DisposeAsync();
        await _right.DisposeAsync();
    }

    private string Handshake()
    {
        _left.SetPeer(_right);
        _right.SetPeer(_left);
        TimeSpan took = PingOnce();
        Require(_left.Sessions == 1, "there is not one session");
        return $"first ping answered after {took.TotalMilliseconds:F1} ms, handshake included";
    }

    private string Ping()
    {
        double[] times = [.. Enumerable.Range(0, 20).Select(_ => PingOnce().TotalMilliseconds).Order()];
        return $"20 of 20 answered, min {times[0]:F3} / median {times[10]:F3} / max {times[^1]:F3} ms";
    }

    /// <summary>One host sends as fast as the other takes, a window ahead at most, so that no queue overflows for long.</summary>
    private string Transfer()
    {
        byte[] packet = Packets.Bulk(_left.Number, _right.Number);
        long before = _right.BulkReceived, sent = 0, lost = 0;
        var clock = Stopwatch.StartNew();
        while (sent - lost < BulkBytes)
        {
            _limit.ThrowIfCancellationRequested();
            if (sent - lost - (_right.BulkReceived - before) < WindowBytes)
            {
                if (_left.Send(packet)) sent += packet.Length;
            }
            else if (!MoreArrives())
            {
                // A socket may lose packets under pressure: what did not come by now is not coming.
                lost = sent - (_right.BulkReceived - before);
            }
        }
        clock.Stop();
        double megabytes = (_right.BulkReceived - before) / 1e6, seconds = clock.Elapsed.TotalSeconds;
        return $"{megabytes:F0} MB in {seconds:F2} s, {megabytes * 8 / seconds / 1000:F2} Gbit/s, {lost * 100.0 / sent:F2} % lost";
    }

    private bool MoreArrives()
    {
        long arrived = _right.BulkReceived;
        return SpinWait.SpinUntil(() => _right.BulkReceived != arrived, StallLimit);
    }

    private string RollKey()
    {
        int sessions = _right.Sessions;
        _left.RollKey();
        _left.SetPeer(_right);
        _right.SetPeer(_left);
        TimeSpan took = PingOnce();
        Require(_right.Sessions > sessions, "there is no new session");
        return $"new identity, new session and a ping after {took.TotalMilliseconds:F1} ms";
    }

    private string Roam()
    {
        ushort before = _left.Port;
        _left.Apply(new Protocol.Configuration.DeviceUpdate { ListenPort = 0 });
        ushort after = _left.Port;
        Require(before != after, "the port did not change");
        PingOnce();
        ushort followed = _right.Peer(_left).Endpoint.Port;
        Require(followed == after, $"the peer sends to port {followed}");
        return $"port {before} became {after}, and the peer followed";
    }

    private string RejectTampered()
    {
        byte[] message = Eavesdrop();
        message[^1] ^= 1;
        return Inject(message, DropReason.Unauthentic);
    }

    private string RejectReplayed() => Inject(Eavesdrop(), DropReason.Replayed);

    private byte[] Eavesdrop()
    {
        PingOnce();
        return _left.Wire.TakeLast() ?? throw new StepFailedException("nothing was overheard");
    }

    /// <summary>Sends a message as an attacker would, from a socket of its own.</summary>
    private string Inject(byte[] message, DropReason expected)
    {
        long before = _right.Device.CountDropped(expected);
        ushort endpoint = _right.Peer(_left).Endpoint.Port;
        using var attacker = new UdpClient(AddressFamily.InterNetwork);
        attacker.Send(message, new IPEndPoint(IPAddress.Loopback, _right.Port));
        SpinWait.SpinUntil(() => _right.Device.CountDropped(expected) != before || _limit.IsCancellationRequested);
        Require(_right.Device.CountDropped(expected) == before + 1, "it was not counted");
        Require(_right.Peer(_left).Endpoint.Port == endpoint, "the attacker moved the endpoint");
        PingOnce();
        return $"dropped as {expected}, the endpoint stayed, the session lives";
    }

    private TimeSpan PingOnce()
    {
        long start = Stopwatch.GetTimestamp();
        Require(_left.Send(Packets.Ping(_left.Number, _right.Number, ++_sequence)), "the queue is full");
        _left.AwaitReply(_limit);
        return Stopwatch.GetElapsedTime(start);
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition) throw new StepFailedException(otherwise);
    }
}
