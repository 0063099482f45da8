using System.Buffers.Binary;
using System.Net;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Fuzz.Rig;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Fuzz.Families;

/// <summary>
/// Initiations and responses that are right but for a field or some bits, with mac1, and mac2 where it is asked for, made right again: the
/// cheap checks let them through to Noise.
/// </summary>
internal sealed class HandshakeFuzzer : Fuzzer
{
    private const int QueueCapacity = 64; // load begins at an eighth of it
    private const int Calm = 4, Storm = 32;
    private const int Sources = 16;

    private static readonly DropReason[] BeforeNoise =
        [DropReason.MalformedMessage, DropReason.HandshakeQueueFull, DropReason.InvalidMac1, DropReason.CookieRequired, DropReason.HandshakeRateLimited];

    private readonly Scene _scene;
    private readonly FuzzDice _dice;
    private readonly Forger _forger;
    private readonly Responder _responder;
    private readonly UdpEndpoint[] _sources = new UdpEndpoint[Sources];
    private readonly CookieJar[] _jars = new CookieJar[Sources];
    private readonly byte[] _message = new byte[InitiationMessage.Size];
    private int _length;
    private int _fed;
    private int _left; // of this gust

    internal HandshakeFuzzer(ulong seed)
    {
        _scene = new Scene(seed, new RigOptions { HandshakeQueueCapacity = QueueCapacity, Authorizer = new QuarterAuthorizer() });
        _dice = _scene.Dice;
        _forger = new Forger(_scene);
        _responder = new Responder(_scene);
        // The insider's address leads to the fuzzer from here on.
        _sources[0] = UdpEndpoint.From(IPEndPoint.Parse("198.51.100.1:7"));
        for (int i = 1; i < Sources; i++)
            _sources[i] = i % 2 == 0 ? UdpEndpoint.FromIPv4(0xC6336400u | (uint)i, (ushort)i) : UdpEndpoint.FromIPv6((UInt128)0x20010db8 << 96 | (UInt128)i << 64, 9);
        for (int i = 0; i < Sources; i++) _jars[i] = new CookieJar(_scene.Victim.PublicKey);
        _scene.Network.Stranded = TakeAnswer;
        ResetInsider();
    }

    internal override string LastInput => Convert.ToHexString(_message.AsSpan(0, _length));

    internal override void Feed()
    {
        if (_left == 0) Begin();
        if (_responder.HasInitiation && _dice.OneIn(3)) WriteResponse();
        else WriteInitiation();
        int source = _dice.Below(Sources);
        _jars[source].AddMacs(_message.AsSpan(0, _length), _scene.Network.Now);
        if (_dice.OneIn(200)) _dice.Damage(_message.AsSpan(0, _length));
        _scene.Victim.Offer(_message.AsSpan(0, _length), _sources[source], (byte)_dice.Next());
        _fed++;
        if (--_left == 0) End();
    }

    internal override void Check()
    {
        if (_left != 0) End();
        _left = 0;
        Probe();
        Overrun();
        FuzzException.Require(_scene.Ping(), "The friend's session is lost.");
    }

    internal override void Finish(FuzzTally tally)
    {
        long before = BeforeNoise.Sum(_scene.Victim.Dropped);
        tally.Add("handshakes that reached Noise", _fed - before);
        tally.Add("handshakes of ours that a response completed", _scene.Victim.Engine.Context.Counters.Read(CounterKind.HandshakesCompleted));
        _scene.Finish(tally);
    }

    public override void Dispose()
    {
        _responder.Dispose();
        _scene.Dispose();
    }

    /// <summary>A few messages, or so many at once that the victim asks for cookies; and then others with the cookies.</summary>
    private void Begin()
    {
        _left = _dice.OneIn(60) ? Storm : Calm;
        if (_dice.OneIn(100)) ResetInsider();
        if (_dice.OneIn(25) || !_responder.HasInitiation) _responder.Provoke();
        if (_dice.OneIn(200)) _scene.Victim.RefusesOne = true;
        // Mostly further apart than the limit for one peer; now and then so far that load, pending handshakes or cookies end.
        _scene.Network.Pass(_dice.Below(40) switch
        {
            0 => TimeSpan.FromSeconds(_dice.Below(200)),
            < 4 => TimeSpan.FromMilliseconds(1200),
            < 8 => TimeSpan.Zero,
            _ => TimeSpan.FromMilliseconds(_dice.Between(17, 80)),
        });
        _scene.Network.Settle();
    }

    private void End()
    {
        _scene.Victim.Receive();
        _scene.Network.Settle();
    }

    /// <summary>More at once than the queue holds; then, with the cookie that this brought, more from one source than its share.</summary>
    private void Overrun()
    {
        for (int batch = 0; batch < 2; batch++) SendMany(QueueCapacity);
        _scene.Network.Settle();
        SendMany(2 * RateLimiter.Burst);
        _scene.Network.Settle();
    }

    /// <summary>Probes, to a victim that answers one a second: good, damaged under a good stamp, from another time, and one too many.</summary>
    private void Probe()
    {
        Span<byte> bytes = stackalloc byte[32];
        _dice.Fill(bytes);
        using var secret = new ProbeSecret(bytes);
        var epoch = new ProbeEpoch(1, secret);
        _scene.Victim.Engine.AnswerProbes(new ProbeSettings(epoch, null, new ProbeClock(0, _scene.Network.Now), perNetwork: 1, inAll: 1));
        PublicKey node = _scene.Victim.PublicKey;
        using var key = new ProbeKey(in node, epoch.Number, secret.Bytes);
        var random = new SeededRandom(_dice.Next());
        _length = ProbeRequest.Size;
        Span<byte> message = _message.AsSpan(0, _length);
        ProbeRequest.Write(message, key, index: 0, time: ProbeClock.Tolerance + 1 + (uint)_dice.Below(1000), random);
        Offer(message);
        ProbeRequest.Write(message, key, index: 0, time: 0, random);
        for (int i = 0; i < 3; i++) Offer(message);
        message[_dice.Between(56, 131)] ^= (byte)_dice.Between(1, 255);
        Offer(message);
        _scene.Victim.Receive();
        _scene.Network.Settle();
        _scene.Victim.Engine.AnswerProbes(null);

        void Offer(ReadOnlySpan<byte> probe) => _scene.Victim.Offer(probe, _sources[0]);
    }

    private void SendMany(int count)
    {
        WriteInitiation();
        for (int i = 0; i < count; i++)
        {
            _jars[0].AddMacs(_message.AsSpan(0, _length), _scene.Network.Now);
            _scene.Victim.Offer(_message.AsSpan(0, _length), _sources[0]);
        }
        _fed += count;
        _scene.Victim.Receive();
    }

    private void ResetInsider()
    {
        if (_dice.OneIn(2)) _dice.Fill(_responder.PresharedKey);
        else Array.Clear(_responder.PresharedKey);
        using var presharedKey = new PresharedKey(_responder.PresharedKey);
        _scene.AddInsider(_sources[0], presharedKey);
        _responder.Provoke();
        _scene.Network.Settle();
    }

    private void WriteInitiation()
    {
        _length = InitiationMessage.Size;
        Span<byte> message = _message.AsSpan(0, _length);
        _forger.WriteInitiation(message);
        if (_dice.OneIn(2)) _dice.Damage(message[4..^(2 * CookieLayout.MacSize)]);
    }

    private void WriteResponse()
    {
        _length = ResponseMessage.Size;
        Span<byte> message = _message.AsSpan(0, _length);
        _responder.WriteResponse(message);
        var response = new ResponseMessage(message);
        switch (_dice.Below(24))
        {
            case 0: // right: it makes a session, and the next one needs another initiation
                _responder.Provoke();
                break;
            case 1:
                response.Receiver = (uint)_dice.Next();
                break;
            case 2:
                _forger.WriteLowOrder(response.Ephemeral);
                break;
            case 3:
                _dice.Fill(response.Ephemeral);
                break;
            default:
                // Behind the receiver index, so that it still is an answer to something.
                _dice.Damage(message[12..^(2 * CookieLayout.MacSize)]);
                break;
        }
    }

    private void TakeAnswer(ReadOnlyMemory<byte> answer, UdpEndpoint to)
    {
        int source = Array.IndexOf(_sources, to);
        if (source < 0) return;
        ReadOnlySpan<byte> bytes = answer.Span;
        switch ((MessageType)BinaryPrimitives.ReadUInt32LittleEndian(bytes))
        {
            case MessageType.CookieReply:
                _jars[source].TryConsumeReply(bytes, _scene.Network.Now);
                break;
            case MessageType.Initiation:
                _responder.Take(bytes.ToArray());
                break;
        }
    }
}
