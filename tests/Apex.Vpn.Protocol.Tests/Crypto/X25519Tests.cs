using System.Text.Json;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto;

public sealed class X25519Tests
{
    [Theory]
    [InlineData( // RFC 7748 section 5.2
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void The_examples_of_RFC_7748_agree(string scalar, string point, string expected)
    {
        var shared = new byte[32];
        Assert.True(X25519.TryAgree(Convert.FromHexString(scalar), Convert.FromHexString(point), shared));
        Assert.Equal(expected, Convert.ToHexStringLower(shared));
    }

    [Theory] // RFC 7748 section 5.2
    [InlineData(1, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")]
    [InlineData(1000, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")]
    public void The_iterated_example_of_RFC_7748_agrees(int iterations, string expected)
    {
        byte[] scalar = new byte[32], point = new byte[32], result = new byte[32];
        scalar[0] = point[0] = 9;
        for (int i = 0; i < iterations; i++)
        {
            Assert.True(X25519.TryAgree(scalar, point, result));
            (scalar, point, result) = (result, scalar, point);
        }
        Assert.Equal(expected, Convert.ToHexStringLower(scalar));
    }

    [Fact]
    public void The_Diffie_Hellman_example_of_RFC_7748_agrees_on_both_sides()
    {
        byte[] alice = Convert.FromHexString("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        byte[] bob = Convert.FromHexString("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        byte[] alicePublic = new byte[32], bobPublic = new byte[32], ofAlice = new byte[32], ofBob = new byte[32];
        X25519.DerivePublicKey(alice, alicePublic);
        X25519.DerivePublicKey(bob, bobPublic);
        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Convert.ToHexStringLower(alicePublic));
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Convert.ToHexStringLower(bobPublic));
        Assert.True(X25519.TryAgree(alice, bobPublic, ofAlice));
        Assert.True(X25519.TryAgree(bob, alicePublic, ofBob));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Convert.ToHexStringLower(ofAlice));
        Assert.Equal(ofAlice, ofBob);
    }

    [Fact, Trait("Item", "14")]
    public void Item14_every_Wycheproof_vector_agrees_and_low_order_points_are_refused()
    {
        int count = 0, refused = 0;
        foreach (JsonElement test in Tests())
        {
            byte[] expected = test.Hex("shared"), shared = [.. Enumerable.Repeat((byte)0xff, 32)];
            bool isLowOrder = test.GetProperty("flags").EnumerateArray().Any(static flag => flag.GetString() == "ZeroSharedSecret");
            Assert.Equal(isLowOrder, expected.All(static value => value == 0));
            bool agreed = X25519.TryAgree(test.Hex("private"), test.Hex("public"), shared);
            Assert.True(agreed != isLowOrder, $"tcId {test.Number("tcId")}");
            Assert.Equal(expected, shared);
            count++;
            if (isLowOrder) refused++;
        }
        Assert.Equal((518, 31), (count, refused));
    }

    private static IEnumerable<JsonElement> Tests() => VectorFile.Load("wycheproof/x25519_test.json")
        .GetProperty("testGroups").EnumerateArray().SelectMany(static group => group.GetProperty("tests").EnumerateArray());
}
