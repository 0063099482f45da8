using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Probes;

/// <summary>Somebody in a simulated world who has an epoch's secret, and the node that was given it.</summary>
internal sealed class Prober : IDisposable
{
    internal const uint Epoch = 20_779;
    internal const long Issued = 1_800_000_000_000; // milliseconds since 1970

    private readonly World _world;
    private readonly Node _node;
    private readonly List<ProbeKey> _keys = [];

    internal Prober(World world, Node node)
    {
        (_world, _node) = (world, node);
        Key = KeyOf(Epoch, Secret);
    }

    internal static byte[] Secret => [.. Enumerable.Range(0x80, 32).Select(static value => (byte)value)];

    internal static byte[] OtherSecret => [.. Enumerable.Range(0x10, 32).Select(static value => (byte)value)];

    internal UdpEndpoint Address { get; set; } = UdpEndpoint.FromIPv4(0xC6336407, 4000);

    internal ProbeKey Key { get; }

    /// <summary>What the world's time is by the control plane's clock.</summary>
    internal uint Seconds => (uint)((Issued / 1000) + (long)_world.Elapsed.TotalSeconds);

    internal ProbeKey KeyOf(uint epoch, byte[] secret, PublicKey? of = null)
    {
        PublicKey node = of ?? _node.PublicKey;
        _keys.Add(new ProbeKey(in node, epoch, secret));
        return _keys[^1];
    }

    /// <summary>Tells the node the current epoch, and the one before.</summary>
    internal Prober Enable(uint epoch = Epoch, byte[]? previous = null, int perNetwork = 1_000_000, int inAll = 1_000_000, byte[]? current = null)
    {
        using var secret = new ProbeSecret(current ?? Secret);
        using ProbeSecret? before = previous is null ? null : new ProbeSecret(previous);
        // Signed when the world began, as far as this world's control plane is concerned.
        var clock = new ProbeClock(Issued, _world.Now - _world.Elapsed);
        _node.Engine.AnswerProbes(new ProbeSettings(
            new ProbeEpoch(epoch, secret), before is null ? null : new ProbeEpoch(epoch - 1, before), clock, perNetwork, inAll));
        return this;
    }

    internal byte[] Request(uint? time = null, ProbeKey? key = null, uint? index = null)
    {
        byte[] request = new byte[ProbeRequest.Size];
        ProbeRequest.Write(request, key ?? Key, index ?? _world.Random.NextUInt32(), time ?? Seconds, _world.Random);
        return request;
    }

    /// <summary>Sends a message to the node; returns what came back to where it was sent from.</summary>
    internal List<byte[]> Send(byte[] message)
    {
        int before = _world.Wire.Count;
        _node.Receive(new Datagram(Address, _node.Address, TrafficClass: 0, message));
        return [.. _world.Wire.Skip(before).Where(datagram => datagram.To == Address).Select(static datagram => datagram.Bytes)];
    }

    /// <summary>Whether a request is answered, and by nothing but its answer.</summary>
    internal bool IsAnswered(byte[] request, ProbeKey? key = null)
    {
        List<byte[]> replies = Send(request);
        if (replies.Count == 0) return false;
        byte[] reply = Assert.Single(replies);
        Assert.True(ProbeReply.TryReadIndex(reply, out uint index));
        Assert.Equal(new ProbeRequest(request).Index, index);
        Assert.True(ProbeReply.Answers(reply, key ?? Key, new ProbeRequest(request).Mac));
        return true;
    }

    public void Dispose()
    {
        foreach (ProbeKey key in _keys) key.Dispose();
    }
}
