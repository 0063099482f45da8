using System.Buffers.Binary;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Fuzz.Rig;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Fuzz.Families;

/// <summary>Bytes by chance of 0 to 2048, most of which claim to be some message, and damaged copies of true messages.</summary>
internal sealed class DatagramFuzzer : Fuzzer
{
    private const int Recorded = 64;

    private readonly Scene _scene;
    private readonly FuzzDice _dice;
    private readonly List<byte[]> _record = [];
    private readonly byte[] _datagram = new byte[RigNode.MaxDatagram];
    private int _length;
    private int _sinceTruth;

    internal DatagramFuzzer(ulong seed)
    {
        _scene = new Scene(seed);
        _dice = _scene.Dice;
        _scene.Network.Tapped = Record;
        Check();
    }

    internal override string LastInput => Convert.ToHexString(_datagram.AsSpan(0, _length));

    internal override void Feed()
    {
        if (_record.Count == 0 || _dice.OneIn(3)) Invent();
        else Copy();
        _scene.Victim.Offer(
            _datagram.AsSpan(0, _length),
            _dice.OneIn(2) ? _scene.Friend.Address : UdpEndpoint.FromIPv6((UInt128)_dice.Next() << 64, (ushort)_dice.Next()),
            (byte)_dice.Next());
        if (_scene.Victim.HasRoom && !_dice.OneIn(64)) return;
        Flush();
    }

    internal override void Check()
    {
        Flush();
        FuzzException.Require(_scene.Ping(), "The friend's session is lost.");
    }

    internal override void Finish(FuzzTally tally) => _scene.Finish(tally);

    public override void Dispose() => _scene.Dispose();

    private void Flush()
    {
        _scene.Victim.Receive();
        _scene.Network.Pass(TimeSpan.FromMilliseconds(_dice.OneIn(100) ? _dice.Below(20_000) : _dice.Below(100)));
        // New true messages of all types, now and then.
        if (++_sinceTruth > 100)
        {
            _sinceTruth = 0;
            _scene.RenewInsider();
        }
        _scene.Network.Settle();
    }

    private void Invent()
    {
        _length = _dice.Below(8) switch
        {
            0 => InitiationMessage.Size,
            1 => ResponseMessage.Size,
            2 => CookieReplyMessage.Size,
            3 => TransportMessage.MinSize + (16 * _dice.Below(8)),
            _ => _dice.Below(RigNode.MaxDatagram + 1),
        };
        Span<byte> datagram = _datagram.AsSpan(0, _length);
        _dice.Fill(datagram);
        if (datagram.Length >= 8 && !_dice.OneIn(8))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(datagram, (uint)_dice.Below(6));
            // A receiver index that is somebody's.
            if (_record.Count != 0 && _dice.OneIn(2)) _dice.Of<byte[]>(_record.ToArray()).AsSpan(4, 4).CopyTo(datagram[4..]);
        }
    }

    private void Copy()
    {
        byte[] message = _record[_dice.Below(_record.Count)];
        _length = Math.Min(message.Length, _datagram.Length);
        message.AsSpan(0, _length).CopyTo(_datagram);
        if (!_dice.OneIn(16)) _dice.Damage(_datagram.AsSpan(0, _length));
        if (_dice.OneIn(8)) _length = _dice.Below(Math.Min(_length + 32, _datagram.Length));
    }

    private void Record(ReadOnlySpan<byte> message)
    {
        if (_record.Count < Recorded) _record.Add(message.ToArray());
        else _record[_dice.Below(Recorded)] = message.ToArray();
    }
}
