using System.Text.Json;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto;

/// <summary>Published answers: every provider gives them.</summary>
public sealed class AeadVectorTests
{
    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void The_examples_of_RFC_8439_agree(string provider)
    {
        JsonElement examples = VectorFile.Load("rfc8439.json").GetProperty("aead"); // sections 2.8.2 and A.5
        Assert.Equal(2, examples.GetArrayLength());
        foreach (JsonElement example in examples.EnumerateArray()) Check(Providers.Named(provider), example, isValid: true);
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Every_Wycheproof_vector_agrees(string provider)
    {
        int valid = 0, invalid = 0, otherNonceSize = 0;
        foreach (JsonElement group in VectorFile.Load("wycheproof/chacha20_poly1305_test.json").GetProperty("testGroups").EnumerateArray())
        {
            Assert.Equal((256, 128), (group.Number("keySize"), group.Number("tagSize")));
            if (group.Number("ivSize") != AeadProvider.NonceSize * 8)
            {
                otherNonceSize += group.GetProperty("tests").GetArrayLength();
                continue;
            }
            foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
            {
                bool isValid = test.Text("result") == "valid";
                Check(Providers.Named(provider), test, isValid);
                if (isValid) valid++;
                else invalid++;
            }
        }
        Assert.Equal((256, 60, 9), (valid, invalid, otherNonceSize));
    }

    private static void Check(AeadProvider aead, JsonElement test, bool isValid)
    {
        byte[] key = test.Hex("key"), nonce = test.Hex("iv"), associatedData = test.Hex("aad"), message = test.Hex("msg");
        byte[] sealedMessage = [.. test.Hex("ct"), .. test.Hex("tag")];
        var buffer = (byte[])sealedMessage.Clone();
        Assert.Equal(isValid, aead.TryOpenWithNonce(key, nonce, associatedData, buffer));
        byte[] made = [.. message, .. new byte[AeadProvider.TagSize]];
        aead.SealWithNonce(key, nonce, associatedData, made);
        if (isValid)
        {
            Assert.Equal(message, buffer.AsSpan(0, message.Length));
            Assert.Equal(sealedMessage, made);
        }
        else
        {
            Assert.NotEqual(sealedMessage, made);
            if (message.Length >= 8) Assert.NotEqual(message, buffer[..message.Length]);
        }
    }
}
