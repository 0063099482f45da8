using System.Buffers.Binary;
using System.Net;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Fuzz.Rig;
using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Fuzz.Families;

/// <summary>
/// Messages of notices, right and damaged, from a peer that is the victim's gateway by one address and its client by another. What is read is
/// written as it was; what reaches the host is no message; what is believed was signed, and its sequence rises.
/// </summary>
internal sealed class NoticeFuzzer : Fuzzer
{
    private static readonly Guid NodeId = new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    private static readonly NoticeAddresses FromGateway = new(0x0A000003, 0x0A000001, IsIPv4: true);
    private static readonly NoticeAddresses FromClient = new(((UInt128)0xFD << 120) + 3, ((UInt128)0xFD << 120) + 1, IsIPv4: false);

    private readonly Scene _scene;
    private readonly FuzzDice _dice;
    private readonly byte[] _packet = new byte[NoticePacket.MaxSize];
    private byte[] _message = [];
    private DateTimeOffset _time;
    private ulong _highest;
    private long _heard;
    private long _read;

    internal NoticeFuzzer(ulong seed)
    {
        _scene = new Scene(seed, new RigOptions
        {
            NoticeClient = new NoticeClientOptions { Verifier = new HalfVerifier(), SignedTime = () => _time },
            NoticeNode = new NoticeNodeOptions { Addresses = [IPAddress.Parse(Scene.VictimIPv6)] },
        });
        _dice = _scene.Dice;
        _scene.Victim.Engine.Notices!.SetGateways(
            [new NoticeGateway(_scene.Insider.PublicKey, NodeId, IPAddress.Parse(Scene.InsiderIPv4), IPAddress.Parse(Scene.VictimIPv4))]);
        _scene.Victim.Heard = Hear;
        _scene.VictimDelivered = static packet => FuzzException.Require(
            InnerPacket.TryParse(packet, out InnerPacket parsed) && !NoticePacket.TryRead(packet, parsed.IsIPv4, out _), "A message reached the host.");
        _scene.RenewInsider();
    }

    internal override string LastInput => Convert.ToHexString(_message);

    internal override void Feed()
    {
        byte kind = _dice.Of<byte>([1, 2, 3, 16, 17, 18, 19, (byte)_dice.Below(24)]);
        _message = new byte[_dice.OneIn(8) ? _dice.Below(NoticeLayout.MaxSize + 1) : LengthOf(kind)];
        _dice.Fill(_message);
        if (_message.Length >= NoticeLayout.HeaderSize) NoticeLayout.WriteHeader(_message, kind);
        if (_message.Length >= NoticeLayout.SignedHeaderSize && !_dice.OneIn(8)) MakePlausible(_message);
        if (_dice.OneIn(4)) _dice.Damage(_message);
        Read();
        Carry(_dice.OneIn(3) ? FromClient : FromGateway);
        if (_dice.OneIn(200)) _scene.RenewInsider();
        if (_dice.OneIn(16)) _scene.Victim.Engine.Notices!.Notify(_scene.Insider.PublicKey, NoticeKind.Closing, [], _scene.Network.Now);
        if (!_dice.OneIn(8)) return; // several at one moment
        _scene.Network.Pass(TimeSpan.FromMilliseconds(_dice.Below(200)));
        _scene.Network.Settle();
    }

    internal override void Check()
    {
        _scene.Network.Settle();
        FuzzException.Require(_scene.Ping(), "The friend's session is lost.");
    }

    public override void Dispose() => _scene.Dispose();

    internal override void Finish(FuzzTally tally)
    {
        for (int turn = 0; turn <= NoticeSender.MaxTurns; turn++)
        {
            _scene.Network.Pass(TimeSpan.FromSeconds(3)); // longer than the longest wait
            _scene.Network.Settle();
        }
        FuzzException.Require(_scene.Victim.Engine.Notices!.Sender!.Pending == 0, "A notice is never given up.");
        tally.Add("notices read", _read);
        tally.Add("notices believed", _heard);
        _scene.Finish(tally);
    }

    private int LengthOf(byte kind) => kind switch
    {
        NoticeLayout.KindHello => NoticeLayout.HelloSize,
        NoticeLayout.KindAck => NoticeLayout.AckSize,
        (byte)NoticeKind.Closing => NoticeLayout.HeaderSize,
        (byte)NoticeKind.MaintenanceOver => NoticeLayout.SignedHeaderSize + NoticeLayout.SignatureSize,
        (byte)NoticeKind.Drain => NoticeLayout.MaxSize - (_dice.Below(4) * NoticeLayout.IdSize),
        _ => NoticeLayout.SignedHeaderSize + NoticeLayout.IdSize + NoticeLayout.SignatureSize,
    };

    /// <summary>Of the right node, with times and a number of alternatives that may be true, and now is in time.</summary>
    private void MakePlausible(Span<byte> message)
    {
        long issued = _dice.Below(int.MaxValue);
        _time = DateTimeOffset.FromUnixTimeSeconds(issued + _dice.Below(1000));
        BinaryPrimitives.WriteUInt64LittleEndian(message[6..], _highest + (ulong)_dice.Below(4));
        BinaryPrimitives.WriteInt64LittleEndian(message[14..], issued);
        BinaryPrimitives.WriteInt64LittleEndian(message[22..], issued + _dice.Below(1000));
        NoticeLayout.WriteId(message[30..], NodeId);
        if (message.Length < NoticeLayout.SignedHeaderSize + NoticeLayout.DrainHeaderSize) return;
        BinaryPrimitives.WriteInt64LittleEndian(message[NoticeLayout.SignedHeaderSize..], issued + _dice.Below(100_000));
        message[NoticeLayout.SignedHeaderSize + sizeof(long)] = (byte)_dice.Below(5);
        if (message[5] != (byte)NoticeKind.Drain) NoticeLayout.WriteId(message[NoticeLayout.SignedHeaderSize..], _scene.Victim.Engine.Notices!.Reader!.Instance);
    }

    private void Carry(in NoticeAddresses way)
    {
        Span<byte> packet = _packet.AsSpan(0, NoticePacket.Write(in way, _message, _packet));
        bool isMessage = NoticeLayout.HasMagic(_message);
        FuzzException.Require(
            NoticePacket.TryRead(packet, way.IsIPv4, out ReadOnlySpan<byte> read) == isMessage && (!isMessage || read.SequenceEqual(_message)),
            "A packet does not hold what it was made of.");
        if (_dice.OneIn(8)) _dice.Damage(packet);
        _scene.Insider.Host(packet);
        _scene.Insider.Send();
        _scene.Network.Settle();
    }

    private void Read()
    {
        int readings = (NoticeLayout.TryReadHello(_message, out _) ? 1 : 0) + (NoticeLayout.TryReadAck(_message, out _) ? 1 : 0)
            + (NoticeLayout.IsClosing(_message) ? 1 : 0);
        if (SignedNotice.TryRead(_message, out SignedNotice signed))
        {
            readings++;
            _read++;
            Notice notice = signed.Describe(default);
            FuzzException.Require(notice.ToUnsignedBytes().AsSpan().SequenceEqual(signed.SignedPart), "A notice is not written as it was read.");
        }
        FuzzException.Require(readings <= 1, "A message is two things at once.");
    }

    private void Hear(Notice notice)
    {
        _heard++;
        if (notice.Kind == NoticeKind.Closing) return;
        FuzzException.Require(notice.Node == NodeId && notice.Sequence > _highest && _message[^1] % 2 == 0, "A notice was believed in vain.");
        _highest = notice.Sequence;
    }

    /// <summary>Takes half of all signatures for good, by their last byte.</summary>
    private sealed class HalfVerifier : INoticeVerifier
    {
        public bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) => signature[^1] % 2 == 0;
    }
}
