using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol.Tests.Notices;

/// <summary>The bytes of docs/protocol-extensions.md, section 4. The vectors were made by other programs: Python and OpenSSL.</summary>
public sealed class NoticeFormatTests
{
    private const string Hello = "4150584e0101101112131415161718191a1b1c1d1e1f";
    private const string Ack = "4150584e01020807060504030201";
    private const string Closing = "4150584e0103";

    private const string Drain = "4150584e0110070000000000000000d2496b0000000084d5496b00000000202122232425262728292a2b2c2d2e2f"
        + "10e0496b00000000023131313131313131313131313131313132323232323232323232323232323232";

    private const string DrainSignature = "8e9158de493364ef7c03b66b3541ac8cc82705dfb40d46e558283e6dd64e3a6e"
        + "61dafea6ab3f0db1590d83499e64fa5094ea506b25bb8ca04425d7ebb66a2702";

    private const string LimitReached = "4150584e0111080000000000000000d2496b000000003cd2496b00000000202122232425262728292a2b2c2d2e2f"
        + "101112131415161718191a1b1c1d1e1f";

    private const string MaintenanceOver =
        "4150584e0112090000000000000000d2496b000000003cd2496b00000000202122232425262728292a2b2c2d2e2f";

    private const string Superseded = "4150584e01130a0000000000000000d2496b000000003cd2496b00000000202122232425262728292a2b2c2d2e2f"
        + "101112131415161718191a1b1c1d1e1f";

    private const string HelloInIPv4 = "4500003200004000401126b90a0000010a000002ca6bca6b001e03784150584e0101101112131415161718191a1b1c1d1e1f";

    private const string HelloInIPv6 = "60000000001e1140fd000000000000000000000000000001fd000000000000000000000000000002"
        + "ca6bca6b001e1d764150584e0101101112131415161718191a1b1c1d1e1f";

    private const string ClosingInIPv4 = "4500002200004000401126c90a0000020a000001ca6bca6b000ebc564150584e0103";

    private readonly ControlPlane _plane = new();

    public static TheoryData<NoticeKind> SignedKinds =>
        [NoticeKind.Drain, NoticeKind.LimitReached, NoticeKind.MaintenanceOver, NoticeKind.Superseded];

    [Fact]
    public void Unsigned_messages_are_as_written()
    {
        Assert.Equal(Hello, Convert.ToHexStringLower(ControlPlane.Hello()));
        Assert.Equal(Ack, Convert.ToHexStringLower(ControlPlane.Ack(0x0102030405060708)));
        Assert.Equal(Closing, Convert.ToHexStringLower(NoticeLayout.Closing()));
    }

    [Fact]
    public void Signed_messages_are_as_written()
    {
        Assert.Equal(Drain + DrainSignature, Convert.ToHexStringLower(_plane.Sign(ControlPlane.Drain(7))));
        Assert.Equal(LimitReached, Unsigned(NoticeKind.LimitReached, 8));
        Assert.Equal(MaintenanceOver, Unsigned(NoticeKind.MaintenanceOver, 9));
        Assert.Equal(Superseded, Unsigned(NoticeKind.Superseded, 10));
    }

    [Fact]
    public void Packets_are_as_written()
    {
        Assert.Equal(HelloInIPv4, Convert.ToHexStringLower(ControlPlane.Packet("10.0.0.1", "10.0.0.2", ControlPlane.Hello())));
        Assert.Equal(HelloInIPv6, Convert.ToHexStringLower(ControlPlane.Packet("fd00::1", "fd00::2", ControlPlane.Hello())));
        Assert.Equal(ClosingInIPv4, Convert.ToHexStringLower(ControlPlane.Packet("10.0.0.2", "10.0.0.1", NoticeLayout.Closing())));
    }

    [Fact]
    public void Unsigned_messages_are_read_back()
    {
        Assert.True(NoticeLayout.TryReadHello(Convert.FromHexString(Hello), out Guid instance));
        Assert.Equal(ControlPlane.Instance, instance);
        Assert.True(NoticeLayout.TryReadAck(Convert.FromHexString(Ack), out ulong sequence));
        Assert.Equal(0x0102030405060708u, sequence);
        Assert.True(NoticeLayout.IsClosing(Convert.FromHexString(Closing)));
    }

    [Theory]
    [MemberData(nameof(SignedKinds))]
    public void Signed_messages_are_read_back(NoticeKind kind)
    {
        Notice notice = Of(kind);
        Assert.True(SignedNotice.TryRead(_plane.Sign(notice), out SignedNotice read));
        Notice described = read.Describe(notice.Peer);
        Assert.Equal(notice.Alternatives, described.Alternatives);
        Assert.Equal(notice, described with { Alternatives = notice.Alternatives });
        Assert.True(new Ed25519NoticeVerifier(_plane.PublicKey).Verify(read.SignedPart, read.Signature));
    }

    [Theory]
    [MemberData(nameof(SignedKinds))]
    public void Nothing_shorter_or_longer_is_read(NoticeKind kind)
    {
        byte[] signed = _plane.Sign(Of(kind));
        for (int length = 0; length < signed.Length; length++) Assert.False(SignedNotice.TryRead(signed.AsSpan(0, length), out _), $"{length}");
        for (int more = 1; more <= 2000; more++) Assert.False(SignedNotice.TryRead([.. signed, .. new byte[more]], out _), $"{more} more");
    }

    [Theory]
    [InlineData(0, 'a')] // magic
    [InlineData(4, 0)] // version
    [InlineData(4, 2)]
    [InlineData(5, 0)] // kind
    [InlineData(5, 1)]
    [InlineData(5, 3)]
    [InlineData(5, 17)]
    [InlineData(5, 20)]
    [InlineData(6, 0)] // sequence 0
    [InlineData(21, 0x80)] // issued before 1970
    [InlineData(29, 0x80)] // not after: before 1970
    [InlineData(20, 1)] // issued in a year that is none
    [InlineData(22, 0x85)] // a second more than 15 minutes
    [InlineData(24, 0)] // not after before issued
    [InlineData(53, 0x80)] // deadline before 1970
    [InlineData(49, 0x6c)] // deadline more than a day ahead
    [InlineData(54, 1)] // alternatives
    [InlineData(54, 3)]
    [InlineData(54, 4)]
    [InlineData(54, 255)]
    public void A_drain_with_one_wrong_byte_has_no_form(int at, int value)
    {
        byte[] signed = _plane.Sign(ControlPlane.Drain(7));
        Assert.True(SignedNotice.TryRead(signed, out _));
        Assert.NotEqual(signed[at], (byte)value);
        signed[at] = (byte)value;
        Assert.False(SignedNotice.TryRead(signed, out _));
    }

    [Fact]
    public void What_no_client_would_read_is_not_written()
    {
        Notice drain = ControlPlane.Drain(1);
        Notice[] wrong =
        [
            drain with { Sequence = 0 },
            drain with { Issued = null },
            drain with { NotAfter = ControlPlane.Now.AddSeconds(901) },
            drain with { NotAfter = ControlPlane.Now.AddSeconds(-1) },
            drain with { Deadline = null },
            drain with { Deadline = ControlPlane.Now.AddSeconds(86_401) },
            drain with { Alternatives = [default, default, default, default] },
            drain with { Kind = NoticeKind.Closing },
            drain with { Kind = NoticeKind.Superseded },
            drain with { Kind = (NoticeKind)99 },
        ];
        Assert.All(wrong, static notice => Assert.Throws<InvalidOperationException>(notice.ToUnsignedBytes));
    }

    [Fact]
    public void The_longest_notice_is_a_drain_with_three_alternatives()
    {
        Notice longest = ControlPlane.Drain(1) with { Alternatives = [default, default, default] };
        Assert.Equal(167, _plane.Sign(longest).Length);
        Assert.Equal(167, NoticeLayout.MaxSize);
        Assert.True(SignedNotice.TryRead(_plane.Sign(longest), out _));
    }

    [Fact]
    public void A_signature_must_fit_the_key_and_every_byte()
    {
        byte[] unsigned = ControlPlane.Drain(1).ToUnsignedBytes(), signature = _plane.Sign(unsigned)[^64..];
        var verifier = new Ed25519NoticeVerifier(new SignaturePublicKey([1, .. new byte[31]]), _plane.PublicKey);
        Assert.True(verifier.Verify(unsigned, signature));
        for (int i = 0; i < unsigned.Length; i++)
        {
            unsigned[i] ^= 1;
            Assert.False(verifier.Verify(unsigned, signature), $"{i}");
            unsigned[i] ^= 1;
        }
        Assert.False(verifier.Verify(unsigned, signature.AsSpan()[..^1]));
        Assert.False(verifier.Verify(unsigned, []));
        Assert.Throws<ArgumentException>(() => new Ed25519NoticeVerifier());
    }

    private static string Unsigned(NoticeKind kind, ulong sequence) =>
        Convert.ToHexStringLower(ControlPlane.Other(kind, sequence, ControlPlane.Instance).ToUnsignedBytes());

    private static Notice Of(NoticeKind kind) => kind switch
    {
        NoticeKind.Drain => ControlPlane.Drain(7),
        NoticeKind.MaintenanceOver => ControlPlane.Other(kind, 7),
        _ => ControlPlane.Other(kind, 7, ControlPlane.Instance),
    };
}
