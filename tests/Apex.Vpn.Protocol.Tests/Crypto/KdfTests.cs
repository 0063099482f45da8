using System.Text.Json;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto;

public sealed class KdfTests
{
    private static readonly JsonElement Vectors = VectorFile.Load("blake2s/blake2s_hmac_kdf.json");

    [Fact]
    public void Hmac_matches_the_vectors() => ForEach("hmac", static (key, input, vector) =>
    {
        var mac = new byte[Blake2s.HashSize];
        Kdf.Hmac(key, input, mac);
        Assert.Equal(vector.Hex("out"), mac);
    });

    [Fact]
    public void Every_number_of_outputs_matches_the_vectors() => ForEach("kdf", static (key, input, vector) =>
    {
        byte[][] expected = [.. vector.GetProperty("out").EnumerateArray().Select(static text => Convert.FromHexString(text.GetString()!))];
        byte[] t1 = new byte[32], t2 = new byte[32], t3 = new byte[32];
        Kdf.Derive1(key, input, t1);
        Assert.Equal(expected[0], t1);

        t1.AsSpan().Clear();
        Kdf.Derive2(key, input, t1, t2);
        Assert.Equal(expected[0], t1);
        Assert.Equal(expected[1], t2);

        t1.AsSpan().Clear();
        t2.AsSpan().Clear();
        Kdf.Derive3(key, input, t1, t2, t3);
        Assert.Equal(expected[0], t1);
        Assert.Equal(expected[1], t2);
        Assert.Equal(expected[2], t3);
    });

    [Fact]
    public void Each_output_may_be_the_chaining_key_itself() => ForEach("kdf", static (key, input, vector) =>
    {
        byte[][] expected = [.. vector.GetProperty("out").EnumerateArray().Select(static text => Convert.FromHexString(text.GetString()!))];
        for (int alias = 0; alias < 3; alias++)
        {
            var chainingKey = (byte[])key.Clone();
            byte[][] outputs = [.. Enumerable.Range(0, 3).Select(i => i == alias ? chainingKey : new byte[32])];
            Kdf.Derive3(chainingKey, input, outputs[0], outputs[1], outputs[2]);
            Assert.Equal(expected, outputs);
        }
    });

    [Fact]
    public void A_key_longer_than_a_block_is_hashed_first()
    {
        byte[] longKey = [.. Enumerable.Range(0, 65).Select(static i => (byte)i)], hashed = new byte[32];
        Blake2s.Hash(longKey, hashed);
        byte[] expected = new byte[32], mac = new byte[32];
        Kdf.Hmac(hashed, "data"u8, expected);
        Kdf.Hmac(longKey, "data"u8, mac);
        Assert.Equal(expected, mac);
    }

    private static void ForEach(string name, Action<byte[], byte[], JsonElement> check)
    {
        JsonElement vectors = Vectors.GetProperty(name);
        Assert.Equal(18, vectors.GetArrayLength());
        foreach (JsonElement vector in vectors.EnumerateArray()) check(vector.Hex("key"), vector.Hex("in"), vector);
    }
}
