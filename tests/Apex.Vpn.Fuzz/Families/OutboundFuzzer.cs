using System.Net;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Fuzz.Rig;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Inner;

namespace Apex.Vpn.Fuzz.Families;

/// <summary>Packets of the host's, of all kinds, to peers that answer, are silent, or cannot be reached, and to nobody.</summary>
internal sealed class OutboundFuzzer : Fuzzer
{
    private const int MaxInner = 1500;

    private static readonly byte[][] Sources = [Bytes(Scene.VictimIPv4), Bytes(Scene.VictimIPv6), Bytes("127.0.0.1"), Bytes("ff02::1"), new byte[4]];

    private static readonly byte[][] Destinations =
        [Bytes(Scene.FriendIPv4), Bytes(Scene.FriendIPv6), Bytes(Scene.SilentIPv4), Bytes(Scene.UnreachedIPv4), Bytes("fd00::5"), Bytes("10.0.0.6"), Bytes("224.0.0.1"), Bytes("2001:db8::1")];

    private readonly Scene _scene;
    private readonly FuzzDice _dice;
    private readonly byte[] _packet = new byte[MaxInner + 64];
    private int _length;
    private int _waiting;
    private long _replies;

    internal OutboundFuzzer(ulong seed)
    {
        // So little memory for packets that wait that long ones use it up, and short ones fill a queue before.
        _scene = new Scene(seed, new RigOptions { Filter = new EighthFilter(), StagingBytes = 24 << 10 });
        _dice = _scene.Dice;
        _scene.Victim.Replied = CheckReply;
    }

    internal override string LastInput => Convert.ToHexString(_packet.AsSpan(0, _length));

    internal override void Feed()
    {
        _length = InnerPackets.Write(_dice, _packet.AsSpan(0, MaxInner), Sources, Destinations);
        _scene.Victim.Host(_packet.AsSpan(0, _length));
        if (++_waiting == RigNode.BatchSlots || _dice.OneIn(RigNode.BatchSlots / 2)) Flush();
    }

    internal override void Check()
    {
        Flush();
        OverflowQueue();
        FuzzException.Require(_scene.Ping(), "The friend's session is lost.");
    }

    internal override void Finish(FuzzTally tally)
    {
        tally.Add("ICMP errors written", _replies);
        _scene.Finish(tally);
    }

    public override void Dispose() => _scene.Dispose();

    private void Flush()
    {
        _waiting = 0;
        if (_dice.OneIn(50)) _scene.Victim.RefusesOne = true;
        if (_dice.OneIn(50)) _scene.Victim.Engine.Context.Mtu = _dice.Of<int>([0, 576, 1280, 1300, 1420, 65535]);
        _scene.Victim.Send();
        _scene.Network.Pass(_dice.OneIn(25) ? TimeSpan.FromSeconds(_dice.Below(200)) : TimeSpan.FromMilliseconds(_dice.Below(200)));
        _scene.Network.Settle();
    }

    /// <summary>More short packets to a silent peer than may wait for it; first the handshake that others wait for is given up.</summary>
    private void OverflowQueue()
    {
        for (int i = 0; i <= Limits.MaxHandshakeAttempts + 1; i++)
        {
            _scene.Network.Pass(Limits.RekeyTimeout + Limits.MaxJitter);
            _scene.Network.Settle();
        }
        byte[] packet = InnerPackets.Ping(Scene.VictimIPv4, Scene.SilentIPv4, number: 0);
        for (int sent = 0; sent <= Limits.MaxStagedPackets; sent += RigNode.BatchSlots)
        {
            for (int i = 0; i < RigNode.BatchSlots; i++) _scene.Victim.Host(packet);
            _scene.Victim.Send();
        }
        _scene.Network.Settle();
    }

    private void CheckReply(ReadOnlySpan<byte> reply)
    {
        _replies++;
        FuzzException.Require(InnerPacket.TryParse(reply, out InnerPacket parsed) && parsed.Length == reply.Length, "The error is no packet.");
        byte protocol = parsed.IsIPv4 ? reply[9] : reply[6];
        FuzzException.Require(protocol is IcmpEligibility.ProtocolIcmp or IcmpEligibility.ProtocolIcmpIPv6, "The answer is no ICMP error.");
        FuzzException.Require(!parsed.IsIPv4 || InternetChecksum.Sum(reply[..InnerPacket.IPv4HeaderSize]) is 0 or 0xFFFF, "The error's checksum is wrong.");
    }

    private static byte[] Bytes(string address) => IPAddress.Parse(address).GetAddressBytes();
}
