namespace Apex.Vpn.Protocol.Tests.Keys;

public sealed class PublicKeyTests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)];

    [Fact]
    public void It_is_its_bytes()
    {
        var key = new PublicKey(Bytes);
        var copy = new byte[33];
        key.CopyTo(copy);
        Assert.Equal([.. Bytes, 0], copy);
        Assert.Equal(Bytes, PublicKey.AsSpan(in key));
        Assert.Equal(Convert.ToBase64String(Bytes), key.ToBase64());
        Assert.Equal(Convert.ToHexStringLower(Bytes), key.ToHex());
    }

    [Fact]
    public void Both_text_forms_are_parsed()
    {
        var key = new PublicKey(Bytes);
        Assert.Equal(key, PublicKey.Parse(key.ToBase64()));
        Assert.Equal(key, PublicKey.Parse(key.ToHex()));
        Assert.True(PublicKey.TryParse(key.ToHex(), out PublicKey parsed));
        Assert.Equal(key, parsed);
    }

    [Fact]
    public void What_is_no_key_is_refused_and_not_repeated()
    {
        Assert.False(PublicKey.TryParse("no key", out PublicKey parsed));
        Assert.True(parsed.IsZero);
        var exception = Assert.Throws<FormatException>(() => PublicKey.Parse("no key, but a secret"));
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Another_length_throws(int length) => Assert.Throws<ArgumentException>(() => new PublicKey(new byte[length]));

    [Fact]
    public void A_copy_into_less_room_throws() => Assert.Throws<ArgumentException>(() => new PublicKey(Bytes).CopyTo(new byte[31]));

    [Fact]
    public void Equality_looks_at_every_byte()
    {
        var key = new PublicKey(Bytes);
        Assert.True(key == new PublicKey(Bytes));
        Assert.Equal(key.GetHashCode(), new PublicKey(Bytes).GetHashCode());
        Assert.False(key.Equals("text"));
        for (int i = 0; i < Bytes.Length; i++)
        {
            var other = (byte[])Bytes.Clone();
            other[i] ^= 1;
            Assert.True(key != new PublicKey(other));
            Assert.False(key.Equals((object)new PublicKey(other)));
        }
    }

    [Fact]
    public void IsZero_looks_at_every_byte()
    {
        Assert.True(default(PublicKey).IsZero);
        for (int i = 0; i < 32; i++)
        {
            var bytes = new byte[32];
            bytes[i] = 0x80;
            Assert.False(new PublicKey(bytes).IsZero);
        }
    }

    [Fact]
    public void ToString_hides_it()
    {
        var key = new PublicKey(Bytes);
        Assert.Equal("PublicKey(hidden)", key.ToString());
        Assert.Equal("PublicKey(hidden)", $"{key}");
    }
}
