using System.Diagnostics;
using System.Reflection;

namespace Apex.Vpn.Protocol.Tests.Keys;

public sealed class SecretKeyTests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(1, 32).Select(static i => (byte)(i * 7))];

    [Fact]
    public void A_private_key_is_clamped_however_it_is_made()
    {
        var ones = Enumerable.Repeat((byte)0xff, 32).ToArray();
        using var fromBytes = new PrivateKey(ones);
        using var fromText = PrivateKey.Parse(Convert.ToBase64String(ones));
        using var none = new PrivateKey(new byte[32]);
        using var generated = PrivateKey.Generate();
        Assert.Equal([0xf8, .. ones[..30], 0x7f], fromBytes.Bytes.ToArray());
        Assert.Equal(fromBytes.Bytes, fromText.Bytes);
        Assert.True(none.IsZero); // "no key" of the configuration protocols stays that
        Assert.Equal(0, generated.Bytes[0] & 7);
        Assert.Equal(0x40, generated.Bytes[31] & 0xc0);
    }

    [Fact]
    public void The_public_key_is_derived_as_RFC_7748_section_6_does()
    {
        using var key = PrivateKey.Parse("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", key.DerivePublicKey().ToHex());
    }

    [Fact]
    public void A_preshared_key_is_its_bytes()
    {
        using var key = new PresharedKey(Bytes);
        using var fromText = PresharedKey.Parse(Convert.ToHexString(Bytes));
        var copy = new byte[32];
        key.CopyTo(copy);
        Assert.Equal(Bytes, copy);
        Assert.Equal(Bytes, fromText.Bytes.ToArray());
    }

    [Fact]
    public void Generated_keys_differ()
    {
        using PrivateKey a = PrivateKey.Generate(), b = PrivateKey.Generate();
        using PresharedKey c = PresharedKey.Generate(), d = PresharedKey.Generate();
        Assert.NotEqual(a.Bytes.ToArray(), b.Bytes.ToArray());
        Assert.NotEqual(c.Bytes.ToArray(), d.Bytes.ToArray());
    }

    [Fact]
    public void Text_goes_into_the_callers_memory()
    {
        using var key = new PresharedKey(Bytes);
        var text = new char[70];
        Assert.Equal(44, key.WriteBase64(text));
        Assert.Equal(Convert.ToBase64String(Bytes), new string(text, 0, 44));
        Assert.Equal(64, key.WriteHex(text));
        Assert.Equal(Convert.ToHexStringLower(Bytes), new string(text, 0, 64));
    }

    [Fact]
    public void What_is_no_key_is_refused_and_not_repeated()
    {
        Assert.False(PrivateKey.TryParse("a secret", out PrivateKey? privateKey));
        Assert.Null(privateKey);
        Assert.False(PresharedKey.TryParse("a secret", out PresharedKey? presharedKey));
        Assert.Null(presharedKey);
        var ofPrivateKey = Assert.Throws<FormatException>(() => PrivateKey.Parse("a secret"));
        Assert.DoesNotContain("secret", ofPrivateKey.Message, StringComparison.Ordinal);
        var ofPresharedKey = Assert.Throws<FormatException>(() => PresharedKey.Parse("a secret"));
        Assert.DoesNotContain("secret", ofPresharedKey.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Another_length_throws(int length)
    {
        Assert.Throws<ArgumentException>(() => new PrivateKey(new byte[length]));
        Assert.Throws<ArgumentException>(() => new PresharedKey(new byte[length]));
    }

    [Fact]
    public void IsZero_looks_at_every_byte()
    {
        using var zero = new PresharedKey(new byte[32]);
        Assert.True(zero.IsZero);
        for (int i = 0; i < 32; i++)
        {
            var bytes = new byte[32];
            bytes[i] = 1;
            using var key = new PresharedKey(bytes);
            Assert.False(key.IsZero);
        }
    }

    [Fact]
    public void Dispose_erases_it_and_may_be_called_again()
    {
        var key = new PresharedKey(Bytes);
        ReadOnlySpan<byte> memory = key.Bytes;
        key.Dispose();
        key.Dispose();
        Assert.False(memory.ContainsAnyExcept((byte)0));
        Assert.Throws<ObjectDisposedException>(() => key.CopyTo(new byte[32]));
        Assert.Throws<ObjectDisposedException>(() => key.IsZero);
        Assert.Throws<ObjectDisposedException>(() => key.WriteBase64(new char[44]));
        Assert.Throws<ObjectDisposedException>(() => key.WriteHex(new char[64]));
        var privateKey = new PrivateKey(Bytes);
        privateKey.Dispose();
        Assert.Throws<ObjectDisposedException>(() => privateKey.DerivePublicKey());
    }

    [Fact]
    public void Neither_ToString_nor_the_debugger_show_it()
    {
        using var privateKey = new PrivateKey(Bytes);
        using var presharedKey = new PresharedKey(Bytes);
        Assert.Equal("PrivateKey(hidden)", $"{privateKey}");
        Assert.Equal("PresharedKey(hidden)", $"{presharedKey}");
        Assert.Equal("(hidden)", typeof(SecretKey).GetCustomAttribute<DebuggerDisplayAttribute>()?.Value);
        const BindingFlags Declared = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;
        IEnumerable<MemberInfo> bytes = typeof(SecretKey).GetMembers(Declared).Where(static member => member
            is FieldInfo { FieldType.IsArray: true }
            or PropertyInfo { Name: "Bytes" });
        Assert.Equal(2, bytes.Count());
        Assert.All(bytes, static member =>
            Assert.Equal(DebuggerBrowsableState.Never, member.GetCustomAttribute<DebuggerBrowsableAttribute>()?.State));
    }
}
