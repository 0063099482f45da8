using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Tests.Engine;

namespace Apex.Vpn.Protocol.Tests.Probes;

/// <summary>
/// The format, byte for byte. The vectors come from another implementation: hashlib.blake2s of Python, and X25519 written after RFC 7748 on
/// its integers.
/// </summary>
public sealed class ProbeVectorTests
{
    private const uint Epoch = 20_779, Index = 0xAABBCCDD, Time = 0x6A8B9C0D;

    private const string Request =
        "01000000ddccbbaa8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285feced9a1dc200762f5d9d459d36c8d658"
        + "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b"
        + "4b73f578a1b4a876fb66c807dda6fb2f00000000000000000000000000000000";

    private const string Reply =
        "03000000ddccbbaac0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7c8ecfb0062caa517efa8e108ad88163f71058cc8b5c7f4615bd306feeca4c0ad";

    private static ProbeKey Key
    {
        get
        {
            var node = new PublicKey([.. Enumerable.Range(0x20, 32).Select(static value => (byte)value)]);
            return new ProbeKey(in node, Epoch, [.. Enumerable.Range(0x80, 32).Select(static value => (byte)value)]);
        }
    }

    [Fact]
    public void A_request_is_the_vector()
    {
        using ProbeKey key = Key;
        byte[] bytes = new byte[ProbeRequest.Size];
        // The generator gives 0, 1, 2...: the ephemeral private key, then the filling.
        ProbeRequest.Write(bytes, key, Index, Time, new ScriptedRandom());
        Assert.Equal(Request, Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void The_vector_is_understood()
    {
        using ProbeKey key = Key;
        var request = new ProbeRequest(Convert.FromHexString(Request));
        Assert.Equal(Index, request.Index);
        Assert.True(request.IsPossible);
        Assert.True(request.IsStamped(key, out uint time));
        Assert.Equal(Time, time);
        Assert.True(request.IsAuthentic(key));
    }

    [Fact]
    public void A_reply_is_the_vector()
    {
        using ProbeKey key = Key;
        byte[] bytes = new byte[ProbeReply.Size];
        ProbeReply.Write(bytes, key, new ProbeRequest(Convert.FromHexString(Request)), new ScriptedRandom(0xC0));
        Assert.Equal(Reply, Convert.ToHexStringLower(bytes));
        Assert.True(ProbeReply.Answers(bytes, key, Convert.FromHexString(Request).AsSpan(116, 16)));
    }

    [Fact]
    public void An_erased_key_fits_nothing()
    {
        ProbeKey key = Key;
        key.Dispose();
        var request = new ProbeRequest(Convert.FromHexString(Request));
        Assert.False(request.IsStamped(key, out _));
        Assert.False(request.IsAuthentic(key));
    }
}
