using System.Buffers.Binary;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Protocol.Engine.Inner;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Inner;

public sealed class InternetChecksumTests
{
    [Fact]
    public void The_example_of_RFC_1071_sums_as_printed() =>
        Assert.Equal(0xddf2, InternetChecksum.Sum([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]));

    [Fact]
    public void The_example_of_RFC_1624_updates_as_printed()
    {
        byte[] field = [0xDD, 0x2F];
        InternetChecksum.Update(field, before: 0x5555, after: 0x3285);
        Assert.Equal([0x00, 0x00], field);
    }

    [Property]
    public bool It_agrees_with_a_sum_word_by_word(byte[] bytes) => InternetChecksum.Sum(bytes) == Packets.PlainSum(bytes);

    [Fact]
    public void Carries_are_not_lost()
    {
        for (int length = 0; length < 200; length++)
        {
            byte[] bytes = [.. Enumerable.Repeat((byte)0xFF, length)];
            Assert.Equal(Packets.PlainSum(bytes), InternetChecksum.Sum(bytes));
        }
    }

    [Fact]
    public void Every_way_through_the_vectors_agrees_with_a_sum_word_by_word()
    {
        byte[] bytes = new byte[65535 + 64];
        new FuzzDice(1).Fill(bytes);
        for (int length = 0; length <= 700; length++)
        {
            int start = length % 67; // at all alignments
            Assert.Equal(Packets.PlainSum(bytes.AsSpan(start, length)), InternetChecksum.Sum(bytes.AsSpan(start, length)));
        }
        Assert.Equal(Packets.PlainSum(bytes.AsSpan(0, 65535)), InternetChecksum.Sum(bytes.AsSpan(0, 65535)));
        bytes.AsSpan().Fill(0xFF);
        Assert.Equal(Packets.PlainSum(bytes.AsSpan(0, 65535)), InternetChecksum.Sum(bytes.AsSpan(0, 65535), 0xFFFF));
    }

    [Property(MaxTest = 100)]
    public bool Long_ones_agree_as_well(ulong seed)
    {
        var dice = new FuzzDice(seed);
        byte[] bytes = new byte[dice.Below(65536)];
        dice.Fill(bytes);
        return InternetChecksum.Sum(bytes) == Packets.PlainSum(bytes);
    }

    [Property]
    public bool Pieces_of_even_length_sum_up_to_the_whole(byte[] bytes, byte cut)
    {
        int at = Math.Min(cut & ~1, bytes.Length & ~1);
        return InternetChecksum.Sum(bytes.AsSpan(at), InternetChecksum.Sum(bytes.AsSpan(0, at))) == Packets.PlainSum(bytes);
    }

    [Property]
    public bool An_updated_checksum_covers_the_new_word(ushort[] words, ushort after)
    {
        ushort[] all = [1, .. words, 2]; // real headers are not all zero either
        byte[] bytes = Bytes(all);
        var field = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(field, InternetChecksum.Finish(Packets.PlainSum(bytes)));
        InternetChecksum.Update(field, all[^1], after);
        all[^1] = after;
        return Packets.PlainSum([.. Bytes(all), .. field]) == 0xFFFF;

        static byte[] Bytes(ushort[] words) => [.. words.SelectMany(static word => new[] { (byte)(word >> 8), (byte)word })];
    }
}
