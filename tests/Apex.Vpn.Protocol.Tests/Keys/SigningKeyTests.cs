using NSec.Cryptography;

namespace Apex.Vpn.Protocol.Tests.Keys;

public sealed class SigningKeyTests
{
    // RFC 8032 section 7.1, tests 1 to 3.
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Keys_and_signatures_are_those_of_RFC_8032(string seed, string publicKey, string message, string signature)
    {
        using var key = SigningKey.Parse(seed);
        byte[] made = Sign(key, Convert.FromHexString(message));

        Assert.Equal(SignaturePublicKey.Parse(publicKey), key.PublicKey);
        Assert.Equal(signature, Convert.ToHexStringLower(made));
        Assert.True(key.PublicKey.Verify(Convert.FromHexString(message), made));
    }

    [Fact]
    public void No_changed_bit_of_a_signature_or_its_message_is_right()
    {
        using var key = SigningKey.Generate();
        byte[] message = [1, 2, 3], signature = Sign(key, message);

        foreach (byte[] bytes in new[] { message, signature })
        {
            for (int bit = 0; bit < 8 * bytes.Length; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(key.PublicKey.Verify(message, signature), $"bit {bit} of {bytes.Length} bytes");
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
        Assert.True(key.PublicKey.Verify(message, signature));
        Assert.False(key.PublicKey.Verify(message, signature.AsSpan(1)));
        Assert.False(key.PublicKey.Verify(message, []));
    }

    [Fact]
    public void Another_implementation_signs_and_verifies_the_same()
    {
        using var key = SigningKey.Generate();
        byte[] seed = new byte[SecretKey.Size], message = [9, 8, 7];
        key.CopyTo(seed);
        using Key theirs = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);

        Assert.Equal(SignatureAlgorithm.Ed25519.Sign(theirs, message), Sign(key, message));
        Assert.Equal(Convert.ToBase64String(theirs.PublicKey.Export(KeyBlobFormat.RawPublicKey)), key.PublicKey.ToString());
    }

    [Fact]
    public void Bytes_that_are_no_point_of_the_curve_or_one_of_low_order_make_no_signature_right()
    {
        using var key = SigningKey.Generate();
        byte[] signature = Sign(key, [1]);
        byte[][] points = [new byte[32], [1, .. new byte[31]], [.. Enumerable.Repeat((byte)0xFF, 32)], [2, .. new byte[31]]];

        Assert.All(points, point => Assert.False(new SignaturePublicKey(point).Verify([1], signature)));
        Assert.All(points, static point => Assert.False(new SignaturePublicKey(point).Verify([1], new byte[64])));
    }

    [Fact]
    public void A_public_key_reads_what_it_writes()
    {
        using var key = SigningKey.Generate();
        Span<byte> bytes = stackalloc byte[SignaturePublicKey.Size];
        key.PublicKey.CopyTo(bytes);

        Assert.Equal(key.PublicKey, SignaturePublicKey.Parse(key.PublicKey.ToString()));
        Assert.Equal(key.PublicKey, SignaturePublicKey.Parse(Convert.ToHexString(bytes)));
        Assert.Equal(key.PublicKey, new SignaturePublicKey(bytes));
        Assert.NotEqual(key.PublicKey, default);
        Assert.False(SignaturePublicKey.TryParse("no key", out _));
        Assert.Throws<FormatException>(() => SignaturePublicKey.Parse("no key"));
        Assert.Throws<ArgumentException>(() => new SignaturePublicKey(new byte[31]));
    }

    [Fact]
    public void A_disposed_key_signs_nothing()
    {
        var key = SigningKey.Generate();
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Sign(key, [1]));
        Assert.Throws<ArgumentException>(() => new SigningKey(new byte[33]));
        using var other = SigningKey.Generate();
        Assert.Throws<ArgumentException>(() => other.Sign([1], new byte[63]));
        Assert.False(SigningKey.TryParse("a secret", out _));
    }

    private static byte[] Sign(SigningKey key, ReadOnlySpan<byte> message)
    {
        byte[] signature = new byte[SignaturePublicKey.SignatureSize];
        key.Sign(message, signature);
        return signature;
    }
}
