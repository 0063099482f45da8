using System.Buffers.Binary;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>
/// What receiving workers do with handshake messages: what no one can have meant for us goes no further (mac1, indices that name nothing),
/// the rest gets its lane. Costs a keyed hash for each identity and a few look-ups; takes no lock but the lane's.
/// </summary>
/// <remarks>
/// An identity may be retired while a message waits. The message carries the one that its mac1 fits, and the control worker, who alone
/// retires identities, refuses it.
/// </remarks>
internal sealed class HandshakeGate
{
    private readonly EngineContext _engine;
    private readonly SourceHash _hash;
    private readonly SourceShares _shares = new(new TokenRate(RateLimiter.PerSecond, RateLimiter.Burst));

    internal HandshakeGate(EngineContext engine)
    {
        _engine = engine;
        _hash = new SourceHash(engine.Random);
        Known = new KnownSources(_hash);
        Probes = new ProbeResponder(_hash);
    }

    internal KnownSources Known { get; }

    internal ProbeResponder Probes { get; }

    /// <summary>Puts a message into its lane, or says why not.</summary>
    /// <param name="type">Initiation, response or cookie reply.</param>
    /// <param name="message">Of the length that goes with the type.</param>
    /// <param name="path">Where it came from.</param>
    /// <param name="now">The time.</param>
    /// <param name="wake">Set when the control worker may not know that there is work.</param>
    internal DropReason Admit(MessageType type, ReadOnlySpan<byte> message, in UdpPath path, Instant now, ref bool wake)
    {
        DeviceIdentity? identity = null;
        if (type != MessageType.CookieReply)
        {
            identity = _engine.Identities.FindMeant(message);
            if (identity is null) return type == MessageType.Initiation ? AdmitProbe(message, in path, now, ref wake) : DropReason.InvalidMac1;
        }
        ulong share;
        bool known = true;
        switch (type)
        {
            case MessageType.Initiation:
                known = Known.TryFind(path.Remote, out share);
                break;
            case MessageType.Response:
                uint handshake = BinaryPrimitives.ReadUInt32LittleEndian(message[ResponseMessage.ReceiverOffset..]);
                if (_engine.Indices.Find(handshake) is not PendingHandshake) return DropReason.UnexpectedResponse;
                share = _hash.OfIndex(handshake);
                break;
            default:
                uint index = CookieReplyMessage.Receiver(message);
                if (_engine.Indices.Find(index) is null) return DropReason.UnexpectedCookie;
                share = _hash.OfIndex(index);
                break;
        }
        HandshakeLane lane = known && _shares.TryTake(share, now) ? HandshakeLane.Known : HandshakeLane.Others;
        if (!_engine.Handshakes.TryEnqueue(lane, message, in path, identity, out bool first)) return DropReason.HandshakeQueueFull;
        wake |= first;
        return DropReason.None;
    }

    /// <summary>What means no identity of ours may be a probe. It waits among strangers, as the initiation that it looks like would.</summary>
    private DropReason AdmitProbe(ReadOnlySpan<byte> message, in UdpPath path, Instant now, ref bool wake)
    {
        DropReason reason = Probes.Check(message, path.Remote, now, out ProbeKey? key);
        if (key is null) return reason;
        if (!_engine.Handshakes.TryEnqueue(HandshakeLane.Others, message, in path, identity: null, out bool first, key))
            return DropReason.HandshakeQueueFull;
        wake |= first;
        return DropReason.None;
    }
}
