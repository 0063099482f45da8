using System.Net;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Fuzz.Rig;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Fuzz.Families;

/// <summary>
/// Transport messages sealed under an insider's true keys, with counters, lengths, headers and inner packets of all kinds, some damaged after
/// sealing. What the victim delivers must be whole and come from an address that is the insider's.
/// </summary>
internal sealed class TransportFuzzer : Fuzzer
{
    private const int MessagesPerSession = 300;
    private const int MaxInner = 1500;

    private static readonly byte[][] Sources =
        [Bytes(Scene.InsiderIPv4), Bytes(Scene.InsiderIPv4), Bytes(Scene.InsiderIPv6), Bytes(Scene.InsiderIPv6), Bytes(Scene.FriendIPv4), Bytes("10.9.9.9"), Bytes("fd00::9")];

    private static readonly byte[][] Destinations = [Bytes(Scene.VictimIPv4), Bytes(Scene.VictimIPv6), Bytes("10.8.8.8")];

    private readonly Scene _scene;
    private readonly FuzzDice _dice;
    private readonly AeadProvider _aead = AeadProviders.Select(AeadChoice.Libsodium);
    private readonly byte[] _message = new byte[RigNode.MaxDatagram];
    private readonly Queue<byte[]> _former = new();
    private Keypair? _keypair;
    private ulong _counter;
    private int _length;
    private int _left;
    private long _delivered;

    internal TransportFuzzer(ulong seed)
    {
        _scene = new Scene(seed, new RigOptions { Filter = new EighthFilter() }) { VictimDelivered = null };
        _dice = _scene.Dice;
        _scene.VictimDelivered = CheckDelivered;
    }

    internal override string LastInput => Convert.ToHexString(_message.AsSpan(0, _length));

    internal override void Feed()
    {
        if (_left-- == 0) Renew();
        if (_former.Count > 4 && _dice.OneIn(12)) Replay();
        else Seal();
        UdpEndpoint from = _dice.OneIn(20) ? UdpEndpoint.FromIPv4((uint)_dice.Next(), (ushort)_dice.Next()) : _scene.Insider.Address;
        _scene.Victim.Offer(_message.AsSpan(0, _length), from, (byte)_dice.Next());
        if (_scene.Victim.HasRoom && !_dice.OneIn(16)) return;
        _scene.Victim.Receive();
        _scene.Network.Pass(_dice.OneIn(100) ? TimeSpan.FromSeconds(_dice.Below(250)) : TimeSpan.FromMilliseconds(_dice.Below(5)));
        _scene.Network.Settle();
    }

    internal override void Check()
    {
        _scene.Victim.Receive();
        OfferTooLate();
        _scene.Network.Settle();
        FuzzException.Require(_scene.Ping(), "The friend's session is lost.");
    }

    internal override void Finish(FuzzTally tally)
    {
        tally.Add("transport messages delivered", _delivered);
        _keypair = null;
        _scene.Finish(tally);
    }

    public override void Dispose() => _scene.Dispose();

    private void Renew()
    {
        _left = MessagesPerSession;
        _scene.Victim.Receive();
        _scene.RenewInsider();
        Keypair? current = _scene.Insider.Find(_scene.Victim.PublicKey)!.Sessions.Current;
        FuzzException.Require(current is not null && current != _keypair, "The insider finds no new session.");
        _keypair = current;
        _counter = _keypair!.Sent;
    }

    private void Seal()
    {
        int inner = _dice.OneIn(24) ? 0 : InnerPackets.Write(_dice, _message.AsSpan(TransportMessage.HeaderSize, MaxInner), Sources, Destinations);
        _length = inner + TransportMessage.MinSize;
        Span<byte> message = _message.AsSpan(0, _length);
        TransportMessage.WriteHeader(message, _keypair!.RemoteIndex, NextCounter());
        _aead.Seal(_keypair.SendKey, TransportMessage.Counter(message), default, message[TransportMessage.HeaderSize..]);
        if (_dice.OneIn(8)) Spoil(message);
        if (!_dice.OneIn(8)) return;
        _former.Enqueue(_message.AsSpan(0, _length).ToArray());
        if (_former.Count > 256) _former.Dequeue();
    }

    /// <summary>A message under a session that nobody has erased yet, but that is too old.</summary>
    private void OfferTooLate()
    {
        Renew();
        Seal();
        _scene.Network.Pass(Limits.RejectAfterTime);
        TransportMessage.WriteHeader(_message, _keypair!.RemoteIndex, _counter);
        _scene.Victim.Offer(_message.AsSpan(0, Math.Max(_length, TransportMessage.MinSize)), _scene.Insider.Address);
        _scene.Victim.Receive();
        _left = 0;
    }

    private ulong NextCounter()
    {
        switch (_dice.Below(64))
        {
            case 0: // a jump in the window or beyond it
                return _counter += (ulong)_dice.Below(20_000);
            case 1:
            case 2:
                return _counter - Math.Min(_counter, (ulong)_dice.Below(20_000));
            case 3 when _dice.OneIn(4): // moves the window to where nothing fits behind it: soon another session is needed
                _left = Math.Min(_left, 16);
                return _dice.OneIn(2) ? _dice.Edge() : Limits.RejectAfterMessages - 4 + (ulong)_dice.Below(8);
            default:
                return ++_counter;
        }
    }

    private void Spoil(Span<byte> message)
    {
        switch (_dice.Below(4))
        {
            case 0:
                _length = _dice.Below(_length);
                break;
            case 1:
                _dice.Damage(message[..TransportMessage.HeaderSize]);
                break;
            case 2: // a session of somebody else's
                TransportMessage.WriteHeader(message, _scene.Friend.Find(_scene.Victim.PublicKey)!.Sessions.Current?.RemoteIndex ?? 0, _counter);
                break;
            default:
                _dice.Damage(message);
                break;
        }
    }

    private void Replay()
    {
        byte[] former = _former.Dequeue();
        former.CopyTo(_message, 0);
        _length = former.Length;
        if (_dice.OneIn(2)) _former.Enqueue(former);
    }

    private void CheckDelivered(ReadOnlySpan<byte> packet)
    {
        _delivered++;
        FuzzException.Require(InnerPacket.TryParse(packet, out InnerPacket parsed) && parsed.Length == packet.Length, "What was delivered is no packet.");
        ReadOnlySpan<byte> source = parsed.IsIPv4 ? packet.Slice(12, 4) : packet.Slice(8, 16);
        FuzzException.Require(source.SequenceEqual(Bytes(parsed.IsIPv4 ? Scene.InsiderIPv4 : Scene.InsiderIPv6)), "The source is not the insider's.");
    }

    private static byte[] Bytes(string address) => IPAddress.Parse(address).GetAddressBytes();
}
