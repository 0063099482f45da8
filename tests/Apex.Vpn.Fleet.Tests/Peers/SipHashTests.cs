using System.Buffers.Binary;
using Apex.Vpn.Fleet.Peers;

namespace Apex.Vpn.Fleet.Tests.Peers;

public sealed class SipHashTests
{
    // vectors.h of the reference implementation, vectors_sip128: input 00 01 02 …, key 00 01 … 0f. The last one: `openssl mac SIPHASH`.
    [Theory]
    [InlineData(0, "A3817F04BA25A8E66DF67214C7550293")]
    [InlineData(1, "DA87C1D86B99AF44347659119B22FC45")]
    [InlineData(2, "8177228DA4A45DC7FCA38BDEF60AFFE4")]
    [InlineData(3, "9C70B60C5267A94E5F33B6B02985ED51")]
    [InlineData(32, "7C3956CA5EEAFC3E363E9D556546EB68")]
    public void The_hash_is_the_published_one(int length, string expected)
    {
        byte[] bytes = [.. Enumerable.Range(0, 32).Select(static i => (byte)i)], result = new byte[16];
        SipTag tag = SipHash.Hash(SipKey.Read(bytes), bytes.AsSpan(0, length));
        BinaryPrimitives.WriteUInt64LittleEndian(result, tag.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(result.AsSpan(8), tag.High);

        Assert.Equal(expected, Convert.ToHexString(result));
    }

    [Fact]
    public void A_key_shows_nothing_of_itself() => Assert.Equal("SipKey(hidden)", SipKey.Generate().ToString());
}
