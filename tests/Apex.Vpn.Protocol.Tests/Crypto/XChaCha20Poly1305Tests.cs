using System.Text.Json;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto;

public sealed class XChaCha20Poly1305Tests
{
    [Fact]
    public void Every_Wycheproof_vector_agrees()
    {
        int valid = 0, invalid = 0, otherNonceSize = 0;
        foreach (JsonElement group in VectorFile.Load("wycheproof/xchacha20_poly1305_test.json").GetProperty("testGroups").EnumerateArray())
        {
            Assert.Equal((256, 128), (group.Number("keySize"), group.Number("tagSize")));
            foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
            {
                if (group.Number("ivSize") != XChaCha20Poly1305.NonceSize * 8)
                {
                    otherNonceSize++;
                    continue;
                }
                bool isValid = test.Text("result") == "valid";
                Check(test, isValid);
                if (isValid) valid++;
                else invalid++;
            }
        }
        Assert.Equal((246, 60, 9), (valid, invalid, otherNonceSize));
    }

    [Fact]
    public void Less_than_a_tag_is_not_authentic() =>
        Assert.False(XChaCha20Poly1305.TryOpen(new byte[32], new byte[24], default, new byte[XChaCha20Poly1305.TagSize - 1], default));

    [Theory]
    [InlineData(31, 24, 16)]
    [InlineData(32, 23, 16)]
    [InlineData(32, 24, 15)]
    [InlineData(32, 24, 17)]
    public void Wrong_sizes_are_the_callers_mistake(int keySize, int nonceSize, int outputSize) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => XChaCha20Poly1305.Seal(new byte[keySize], new byte[nonceSize], default, default, new byte[outputSize]));

    private static void Check(JsonElement test, bool isValid)
    {
        byte[] key = test.Hex("key"), nonce = test.Hex("iv"), associatedData = test.Hex("aad"), message = test.Hex("msg");
        byte[] expected = [.. test.Hex("ct"), .. test.Hex("tag")], opened = new byte[message.Length], made = new byte[expected.Length];
        Assert.Equal(isValid, XChaCha20Poly1305.TryOpen(key, nonce, associatedData, expected, opened));
        XChaCha20Poly1305.Seal(key, nonce, associatedData, message, made);
        if (isValid)
        {
            Assert.Equal(message, opened);
            Assert.Equal(expected, made);
        }
        else
        {
            Assert.NotEqual(expected, made);
            Assert.All(opened, static value => Assert.Equal(0, value));
        }
    }
}
