using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Transports;
using FsCheck.Xunit;
using static Apex.Vpn.Protocol.Tests.Engine.Moment;

namespace Apex.Vpn.Protocol.Tests.Engine.Defense;

public sealed class CookieTests : IDisposable
{
    private const int InitiationSize = 148, ResponseSize = 92, ReplySize = 64;
    private const uint SenderIndex = 0x04030201;

    private static readonly PublicKey Responder = new([.. Enumerable.Range(0, 32).Select(static i => (byte)i)]);
    private static readonly UdpEndpoint Source = UdpEndpoint.FromIPv4(0xC0000201, 51820);

    private readonly CookieChecker _checker = new(Responder);
    private readonly CookieJar _jar = new(Responder);
    private readonly SeededRandom _random = new(9);

    public void Dispose() => _checker.Dispose();

    // The expected bytes here were computed by another implementation: Python's hashlib.blake2s, and XChaCha20-Poly1305 made of the
    // ChaCha20-Poly1305 of its cryptography package and HChaCha20 as draft-irtf-cfrg-xchacha describes it.
    [Fact]
    [Trait("Item", "6")]
    [Trait("Item", "10")]
    public void Items_6_and_10_macs_and_cookie_reply_have_the_bytes_that_another_implementation_computed()
    {
        byte[] message = Message(InitiationSize);
        _jar.AddMacs(message, At(0));
        Assert.Equal("4851da3016ae3667f2039a71aee50a2c" + new string('0', 32), Hex(message.AsSpan(116)));

        var reply = new byte[ReplySize];
        _checker.WriteCookieReply(message, SenderIndex, in Source, At(0), new ScriptedNonceFirst(), reply);
        Assert.Equal(
            "0300000001020304606162636465666768696a6b6c6d6e6f7071727374757677"
            + "e8d5ef0224237cba0949073cf22fe92849a5da251e61842be66b6726f3e6dd2c",
            Hex(reply));

        Assert.True(_jar.TryConsumeReply(reply, At(0)));
        _jar.AddMacs(message, At(1));
        Assert.Equal("616d1042f464683fcbd075f0d4a3e5ef", Hex(message.AsSpan(132)));
    }

    [Fact]
    [Trait("Item", "9")]
    public void Item9_the_cookie_of_an_IPv6_source_has_the_bytes_that_another_implementation_computed()
    {
        UdpEndpoint source = UdpEndpoint.FromIPv6(((UInt128)0x2001_0db8_0000_0000 << 64) + 1, 443);
        byte[] message = Message(InitiationSize);
        _jar.AddMacs(message, At(0));
        _checker.WriteCookieReply(message, SenderIndex, in source, At(0), new ScriptedNonceFirst(), new byte[ReplySize]);
        Convert.FromHexString("e360b487e602721b84d21f73a59ae915").CopyTo(message, 132);
        Assert.True(_checker.IsMac2Valid(message, in source, At(1)));
    }

    [Theory, InlineData(InitiationSize), InlineData(ResponseSize)]
    [Trait("Item", "7")]
    public void Item7_mac1_covers_every_byte_before_it_and_mac2_also_mac1(int size)
    {
        byte[] message = WithCookie(size, At(0));
        Assert.True(_checker.IsMac1Valid(message));
        Assert.True(_checker.IsMac2Valid(message, in Source, At(0)));
        for (int i = 0; i < size; i++)
        {
            message[i] ^= 1;
            Assert.Equal(i >= size - 16, _checker.IsMac1Valid(message));
            Assert.False(_checker.IsMac2Valid(message, in Source, At(0)));
            message[i] ^= 1;
        }
    }

    [Fact]
    [Trait("Item", "7")]
    public void Item7_mac1_made_for_another_key_is_wrong()
    {
        byte[] message = Message(InitiationSize);
        new CookieJar(new PublicKey(new byte[32])).AddMacs(message, At(0));
        Assert.False(_checker.IsMac1Valid(message));
    }

    [Fact]
    [Trait("Item", "9")]
    public void Item9_a_cookie_serves_only_the_address_and_port_it_was_given_to()
    {
        byte[] message = WithCookie(InitiationSize, At(0));
        Assert.True(_checker.IsMac2Valid(message, in Source, At(1)));
        Assert.False(_checker.IsMac2Valid(message, UdpEndpoint.FromIPv4(0xC0000202, 51820), At(1)));
        Assert.False(_checker.IsMac2Valid(message, UdpEndpoint.FromIPv4(0xC0000201, 51821), At(1)));
        Assert.False(_checker.IsMac2Valid(message, UdpEndpoint.FromIPv6((UInt128)0xC0000201 << 96, 51820), At(1)));
    }

    [Fact]
    [Trait("Item", "9")]
    public void Item9_the_secret_lives_120_seconds()
    {
        byte[] message = WithCookie(InitiationSize, At(0));
        Assert.True(_checker.IsMac2Valid(message, in Source, At(119.9)));
        Assert.False(_checker.IsMac2Valid(message, in Source, At(120)));
        // The next reply makes a new secret: the old cookie stays worthless.
        byte[] next = WithCookie(InitiationSize, At(121));
        Assert.False(_checker.IsMac2Valid(message, in Source, At(121)));
        Assert.True(_checker.IsMac2Valid(next, in Source, At(121)));
    }

    [Fact]
    [Trait("Item", "9")]
    public void Item9_within_120_seconds_all_replies_give_one_cookie()
    {
        byte[] message = WithCookie(InitiationSize, At(0));
        WithCookie(InitiationSize, At(100));
        Assert.True(_checker.IsMac2Valid(message, in Source, At(101)));
    }

    [Fact]
    public void Without_a_cookie_given_no_mac2_is_valid()
    {
        byte[] message = Message(InitiationSize);
        _jar.AddMacs(message, At(0));
        Assert.False(_checker.IsMac2Valid(message, in Source, At(0)));
        message = WithCookie(InitiationSize, At(0));
        _checker.Dispose();
        Assert.False(_checker.IsMac2Valid(message, in Source, At(0)));
    }

    [Fact]
    [Trait("Item", "2")]
    public void Item2_an_initiator_uses_a_cookie_for_115_seconds()
    {
        GiveCookie(At(0));
        byte[] message = Message(InitiationSize);
        _jar.AddMacs(message, At(114.9));
        Assert.True(_checker.IsMac2Valid(message, in Source, At(114.9)));
        _jar.AddMacs(message, At(115));
        Assert.True(_checker.IsMac1Valid(message));
        Assert.Equal(new byte[16], message[132..]);
    }

    [Fact]
    [Trait("Item", "10")]
    public void Item10_a_reply_is_taken_only_after_a_message_was_sent()
    {
        byte[] reply = Reply(Sent(InitiationSize, At(0)), At(0));
        var another = new CookieJar(Responder);
        Assert.False(another.AwaitsReply);
        Assert.False(another.TryConsumeReply(reply, At(0)));
        Assert.True(_jar.AwaitsReply);
        Assert.True(_jar.TryConsumeReply(reply, At(0)));
    }

    [Fact]
    [Trait("Item", "10")]
    public void Item10_a_reply_to_an_earlier_message_is_refused()
    {
        byte[] reply = Reply(Sent(InitiationSize, At(0)), At(0));
        Sent(InitiationSize, At(5), change: 1);
        Assert.False(_jar.TryConsumeReply(reply, At(5)));
        Assert.True(_jar.AwaitsReply);
    }

    [Fact]
    [Trait("Item", "10")]
    public void Item10_a_recorded_reply_does_not_prolong_the_cookies_life()
    {
        byte[] reply = GiveCookie(At(0));
        Assert.False(_jar.TryConsumeReply(reply, At(100)));
        byte[] message = Message(InitiationSize);
        _jar.AddMacs(message, At(116));
        Assert.Equal(new byte[16], message[132..]);
    }

    [Fact]
    [Trait("Item", "10")]
    public void Item10_a_forged_reply_leaves_the_cookie_at_hand_as_it_was()
    {
        GiveCookie(At(0));
        byte[] message = Sent(InitiationSize, At(1), change: 1);
        byte[] reply = Reply(message, At(1));
        for (int i = 8; i < ReplySize; i++)
        {
            reply[i] ^= 0x80;
            Assert.False(_jar.TryConsumeReply(reply, At(1)));
            reply[i] ^= 0x80;
        }
        Assert.True(_checker.IsMac2Valid(Sent(InitiationSize, At(2), change: 2), in Source, At(2)));
    }

    [Fact]
    public void A_cleared_jar_awaits_nothing_and_has_no_cookie()
    {
        GiveCookie(At(0));
        byte[] reply = Reply(Sent(InitiationSize, At(1), change: 1), At(1));
        _jar.Clear();
        Assert.False(_jar.TryConsumeReply(reply, At(1)));
        Assert.Equal(new byte[16], Sent(InitiationSize, At(1))[132..]);
    }

    [Property]
    [Trait("Item", "10")]
    public bool Item10_random_bytes_are_never_taken_for_a_reply(ulong seed)
    {
        Sent(InitiationSize, At(0));
        var reply = new byte[ReplySize];
        new SeededRandom(seed).Fill(reply);
        return !_jar.TryConsumeReply(reply, At(0));
    }

#if !DEBUG // there, the JIT keeps the vectors of BLAKE2s in boxes
    [Fact]
    public void Checks_and_macs_allocate_nothing_after_the_first()
    {
        GiveCookie(At(0));
        byte[] message = Message(InitiationSize);
        var reply = new byte[ReplySize];
        Work();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Work();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Work()
        {
            _jar.AddMacs(message, At(1));
            _checker.IsMac1Valid(message);
            _checker.IsMac2Valid(message, in Source, At(1));
            _checker.WriteCookieReply(message, SenderIndex, in Source, At(1), _random, reply);
            _jar.TryConsumeReply(reply, At(1));
        }
    }
#endif

    private byte[] WithCookie(int size, Instant now)
    {
        GiveCookie(now);
        return Sent(size, now);
    }

    private byte[] GiveCookie(Instant now)
    {
        byte[] reply = Reply(Sent(InitiationSize, now), now);
        Assert.True(_jar.TryConsumeReply(reply, now));
        return reply;
    }

    private byte[] Sent(int size, Instant now, byte change = 0)
    {
        byte[] message = Message(size);
        message[5] ^= change;
        _jar.AddMacs(message, now);
        return message;
    }

    private byte[] Reply(byte[] message, Instant now)
    {
        var reply = new byte[ReplySize];
        _checker.WriteCookieReply(message, SenderIndex, in Source, now, _random, reply);
        return reply;
    }

    private static byte[] Message(int size) => [.. Enumerable.Range(0, size).Select(static i => (byte)((i * 7) + 1))];

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    /// <summary>Bytes from 0x40 for the secret, from 0x60 for the nonce, whichever is asked for first.</summary>
    private sealed class ScriptedNonceFirst : EngineRandom
    {
        internal override uint NextUInt32() => 0;

        internal override void Fill(Span<byte> destination)
        {
            byte first = destination.Length == 32 ? (byte)0x40 : (byte)0x60;
            for (int i = 0; i < destination.Length; i++) destination[i] = (byte)(first + i);
        }
    }
}
