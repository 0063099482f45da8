using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto;

public sealed class Blake2sTests
{
    private static readonly JsonElement Vectors = VectorFile.Load("blake2s/blake2s_hmac_kdf.json");

    [Fact]
    public void The_example_of_RFC_7693_appendix_B_hashes_as_printed()
    {
        var hash = new byte[Blake2s.HashSize];
        Blake2s.Hash("abc"u8, hash);
        Assert.Equal("508C5E8C327C14E2E1A72BA34EEB452F37458B209ED63A294D999B4C86675982", Convert.ToHexString(hash));
    }

    [Fact]
    public void The_self_test_of_RFC_7693_appendix_E_gives_its_digest()
    {
        var whole = new Blake2sState(Blake2s.HashSize);
        foreach (int outputLength in (int[])[16, 20, 28, 32])
        {
            foreach (int inputLength in (int[])[0, 3, 64, 65, 255, 1024])
            {
                byte[] input = Sequence(inputLength, (uint)inputLength), key = Sequence(outputLength, (uint)outputLength);
                var output = new byte[outputLength];
                var state = new Blake2sState(outputLength);
                state.Update(input);
                state.Finish(output);
                whole.Update(output);
                Blake2s.Mac(key, input, output);
                whole.Update(output);
            }
        }
        var digest = new byte[Blake2s.HashSize];
        whole.Finish(digest);
        Assert.Equal("6A411F08CE25ADCDFB02ABA641451CEC53C598B24F4FC787FBDC88797F4C1DFE", Convert.ToHexString(digest));
    }

    [Fact]
    public void Hashes_match_the_vectors_whole_in_two_parts_and_byte_by_byte() => ForEach("hash", static vector =>
    {
        byte[] input = vector.Hex("in"), expected = vector.Hex("out"), hash = new byte[Blake2s.HashSize];
        Blake2s.Hash(input, hash);
        Assert.Equal(expected, hash);
        for (int split = 0; split <= input.Length; split++)
        {
            Blake2s.Hash(input.AsSpan(0, split), input.AsSpan(split), hash);
            Assert.Equal(expected, hash);
        }
        var state = new Blake2sState(Blake2s.HashSize);
        foreach (byte value in input) state.Update([value]);
        state.Finish(hash);
        Assert.Equal(expected, hash);
    });

    [Theory]
    [InlineData("keyed128", Blake2s.MacSize)]
    [InlineData("keyed256", Blake2s.HashSize)]
    public void Keyed_hashes_match_the_vectors(string name, int size) => ForEach(name, vector =>
    {
        byte[] mac = new byte[size], expected = vector.Hex("out");
        Blake2s.Mac(vector.Hex("key"), vector.Hex("in"), mac);
        Assert.Equal(expected, mac);
        Assert.True(Blake2s.VerifyMac(vector.Hex("key"), vector.Hex("in"), expected));
        for (int i = 0; i < size; i++)
        {
            expected[i] ^= 0x80;
            Assert.False(Blake2s.VerifyMac(vector.Hex("key"), vector.Hex("in"), expected));
            expected[i] ^= 0x80;
        }
    });

    [Fact]
    public void The_result_may_overlap_the_input()
    {
        byte[] data = Encoding.ASCII.GetBytes("a buffer of forty bytes, hashed in place"), expected = new byte[Blake2s.HashSize];
        Blake2s.Hash(data, expected);
        Blake2s.Hash(data, data);
        Assert.Equal(expected, data[..Blake2s.HashSize]);
    }

    [Fact]
    public void A_finished_state_is_erased_and_can_start_again()
    {
        var state = new Blake2sState(Blake2s.HashSize, "a secret key"u8);
        state.Update("and secret data"u8);
        byte[] first = new byte[Blake2s.HashSize], second = new byte[Blake2s.HashSize];
        state.Finish(first);
        Assert.Equal(-1, MemoryMarshal.AsBytes(new Span<Blake2sState>(ref state)).IndexOfAnyExcept((byte)0));
        state.Initialize(Blake2s.HashSize, "a secret key"u8);
        state.Update("and secret data"u8);
        state.Finish(second);
        Assert.Equal(first, second);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(33, 0)]
    [InlineData(32, 33)]
    public void Sizes_outside_the_algorithm_are_refused(int outputLength, int keyLength) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Blake2sState(outputLength, new byte[keyLength]));

    private static void ForEach(string name, Action<JsonElement> check)
    {
        JsonElement vectors = Vectors.GetProperty(name);
        Assert.Equal(18, vectors.GetArrayLength());
        foreach (JsonElement vector in vectors.EnumerateArray()) check(vector);
    }

    // RFC 7693 appendix E: a Fibonacci generator.
    private static byte[] Sequence(int length, uint seed)
    {
        uint a = 0xDEAD4BAD * seed, b = 1;
        var output = new byte[length];
        for (int i = 0; i < length; i++)
        {
            (a, b) = (b, a + b);
            output[i] = (byte)(b >> 24);
        }
        return output;
    }
}
