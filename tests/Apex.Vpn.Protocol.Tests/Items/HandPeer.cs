using System.Buffers.Binary;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>The other end of a node's tunnel, made by hand: each field of its messages can be chosen, right or wrong.</summary>
internal sealed class HandPeer : IDisposable
{
    private static readonly AeadProvider Aead = AeadProviders.Select(AeadChoice.Libsodium);

    private readonly World _world;
    private readonly Node _node;
    private readonly byte[] _state = new byte[SymmetricState.Size];
    private readonly byte[] _ephemeral = new byte[SecretKey.Size];
    private readonly byte[] _sendKey = new byte[SecretKey.Size];
    private readonly byte[] _receiveKey = new byte[SecretKey.Size];
    private readonly CookieChecker _checker;
    private Tai64n _stamp = Tai64n.FromUnix(1_800_000_000_000_000_000);

    internal HandPeer(World world, Node node, string address)
    {
        _world = world;
        _node = node;
        Address = UdpEndpoint.From(System.Net.IPEndPoint.Parse(address));
        byte[] seed = new byte[SecretKey.Size];
        world.Random.Fill(seed);
        Key = new PrivateKey(seed);
        _checker = new CookieChecker(PublicKey);
        Meant = node.PublicKey;
        Cookies = new CookieJar(Meant);
    }

    internal UdpEndpoint Address { get; set; }

    internal PrivateKey Key { get; }

    internal PublicKey PublicKey => Key.DerivePublicKey();

    internal CookieJar Cookies { get; private set; }

    /// <summary>The identity of the node's that initiations are made for.</summary>
    internal PublicKey Meant { get; private set; }

    /// <summary>The identity by which the node called, in the last initiation that was answered.</summary>
    internal PublicKey CalledBy { get; private set; }

    /// <summary>The receiver index by which the node addresses this end.</summary>
    internal uint LocalIndex { get; set; } = 0xABCD0001;

    /// <summary>The receiver index by which this end addresses the node.</summary>
    internal uint RemoteIndex { get; private set; }

    /// <summary>The stamp of the last initiation that was answered.</summary>
    internal Tai64n TimestampRead { get; private set; }

    internal byte[] PresharedKey { get; set; } = new byte[SecretKey.Size];

    /// <summary>A stamp later than all before.</summary>
    internal Tai64n NextStamp() => _stamp = _stamp.Successor();

    /// <summary>Makes this end a peer of the node.</summary>
    internal HandPeer Join(string allowedIps = "10.9.0.0/16", bool withEndpoint = false, ushort? keepalive = null)
    {
        var update = new PeerUpdate(PublicKey) { Endpoint = withEndpoint ? Address : null, PersistentKeepalive = keepalive };
        foreach (string prefix in allowedIps.Split(',')) update.AllowedIps.Add(AllowedIpChange.Add(System.Net.IPNetwork.Parse(prefix)));
        _node.Apply(update);
        return this;
    }

    /// <summary>Makes initiations for another identity of the node's from now on.</summary>
    internal HandPeer Means(PublicKey identity)
    {
        Meant = identity;
        Cookies = new CookieJar(identity);
        return this;
    }

    /// <summary>Makes a session that this end began and confirmed by a keepalive.</summary>
    internal HandPeer Connect()
    {
        Deliver(Initiation());
        Assert.True(Finish(Last(MessageType.Response)));
        Deliver(Data(0, []));
        return this;
    }

    /// <summary>Begins a handshake.</summary>
    /// <param name="stamp">Null for the next one.</param>
    /// <param name="claimed">Another static key than one's own to name, without having its private part.</param>
    /// <param name="spoil">Changes the message before it gets its MACs.</param>
    internal byte[] Initiation(Tai64n? stamp = null, PublicKey? claimed = null, Action<byte[]>? spoil = null)
    {
        byte[] bytes = new byte[InitiationMessage.Size];
        var message = new InitiationMessage(bytes) { Sender = LocalIndex };
        message.WriteType();
        (stamp ?? NextStamp()).Write(message.Timestamp);
        _world.Random.Fill(_ephemeral);
        PublicKey local = claimed ?? PublicKey, remote = Meant;
        byte[] staticStatic = new byte[X25519.KeySize];
        if (claimed is null) Assert.True(X25519.TryAgree(Key.Bytes, Bytes(in remote), staticStatic));
        var state = new SymmetricState(_state, Aead);
        state.Initialize(Transcript.ChainingKey, Transcript.Hash, Bytes(in remote));
        Assert.True(NoiseIkPsk2.WriteInitiation(
            state, _ephemeral, Bytes(in local), Bytes(in remote), staticStatic,
            message.Ephemeral, message.Static, message.Timestamp));
        spoil?.Invoke(bytes);
        Cookies.AddMacs(bytes, _world.Now);
        return bytes;
    }

    /// <summary>Answers an initiation of the node's; the session is then ready on this side.</summary>
    internal byte[] Response(Datagram initiation, Action<byte[]>? spoil = null)
    {
        var theirs = new InitiationMessage([.. initiation.Bytes]);
        PublicKey local = PublicKey;
        byte[] key = new byte[32], staticStatic = new byte[32], scratch = new byte[48];
        var state = new SymmetricState(_state, Aead);
        state.Initialize(Transcript.ChainingKey, Transcript.Hash, Bytes(in local));
        Assert.Equal(NoiseVerdict.Good, NoiseIkPsk2.ReadInitiatorStatic(state, Key.Bytes, theirs.Ephemeral, theirs.Static, key));
        Assert.True(X25519.TryAgree(Key.Bytes, key, staticStatic));
        Assert.Equal(NoiseVerdict.Good, NoiseIkPsk2.ReadInitiationPayload(state, staticStatic, theirs.Timestamp, scratch));
        TimestampRead = Tai64n.Read(scratch);
        CalledBy = new PublicKey(key);

        byte[] bytes = new byte[ResponseMessage.Size];
        var message = new ResponseMessage(bytes) { Sender = LocalIndex, Receiver = theirs.Sender };
        message.WriteType();
        _world.Random.Fill(_ephemeral);
        Assert.True(NoiseIkPsk2.WriteResponse(state, _ephemeral, theirs.Ephemeral, key, PresharedKey, message.Ephemeral, message.Empty));
        RemoteIndex = theirs.Sender;
        state.Split(_receiveKey, _sendKey);
        spoil?.Invoke(bytes);
        Cookies.AddMacs(bytes, _world.Now);
        return bytes;
    }

    /// <summary>Takes the node's response; false when it does not open.</summary>
    internal bool Finish(Datagram response)
    {
        var message = new ResponseMessage([.. response.Bytes]);
        Assert.Equal(LocalIndex, message.Receiver);
        var state = new SymmetricState(_state, Aead);
        NoiseVerdict verdict = NoiseIkPsk2.ReadResponse(
            state, _ephemeral, Key.Bytes, PresharedKey, message.Ephemeral, message.Empty, new byte[TransportMessage.TagSize]);
        if (verdict != NoiseVerdict.Good) return false;
        RemoteIndex = message.Sender;
        state.Split(_sendKey, _receiveKey);
        return true;
    }

    /// <summary>A data message; the plaintext is taken as it is, without padding.</summary>
    internal byte[] Data(ulong counter, ReadOnlySpan<byte> plaintext)
    {
        byte[] bytes = new byte[plaintext.Length + TransportMessage.MinSize];
        TransportMessage.WriteHeader(bytes, RemoteIndex, counter);
        plaintext.CopyTo(bytes.AsSpan(TransportMessage.HeaderSize));
        Aead.Seal(_sendKey, counter, [], bytes.AsSpan(TransportMessage.HeaderSize));
        return bytes;
    }

    /// <summary>The plaintext of a data message of the node's; null when it does not open.</summary>
    internal byte[]? Open(Datagram datagram)
    {
        byte[] bytes = datagram.Bytes[TransportMessage.HeaderSize..];
        return Aead.TryOpen(_receiveKey, TransportMessage.Counter(datagram.Bytes), [], bytes) ? bytes[..^TransportMessage.TagSize] : null;
    }

    /// <summary>Answers a handshake message of the node's by a cookie.</summary>
    internal byte[] CookieReply(Datagram message, uint? receiver = null)
    {
        byte[] reply = new byte[CookieReplyMessage.Size];
        uint index = receiver ?? BinaryPrimitives.ReadUInt32LittleEndian(message.Bytes.AsSpan(4)); // the sender's, in both messages
        _checker.WriteCookieReply(message.Bytes, index, message.From, _world.Now, _world.Random, reply);
        return reply;
    }

    internal bool AcceptsMac1(Datagram message) => _checker.IsMac1Valid(message.Bytes);

    internal bool AcceptsMac2(Datagram message) => _checker.IsMac2Valid(message.Bytes, message.From, _world.Now);

    /// <summary>Lets datagrams arrive at the node at once, in one batch.</summary>
    internal void Deliver(params byte[][] messages) =>
        _node.Receive([.. messages.Select(bytes => new Datagram(Address, _node.Address, TrafficClass: 0, bytes))]);

    /// <summary>What the node sent to this end last, of one type.</summary>
    internal Datagram Last(MessageType type) => _world.Wire.Last(datagram => datagram.To == Address && datagram.Type == type);

    internal int Received(MessageType type) => _world.Wire.Count(datagram => datagram.To == Address && datagram.Type == type);

    public void Dispose() => _checker.Dispose();

    private static ReadOnlySpan<byte> Bytes(in PublicKey key) => Protocol.PublicKey.AsSpan(in key);
}
