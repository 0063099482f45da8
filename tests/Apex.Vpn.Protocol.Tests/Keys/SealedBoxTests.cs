using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Keys;

public sealed class SealedBoxTests
{
    private static readonly byte[] Context = "test"u8.ToArray();

    [Property(MaxTest = 50)]
    public bool What_is_sealed_opens_for_its_recipient(byte[]? content)
    {
        content ??= [];
        using var recipient = PrivateKey.Generate();
        byte[] box = Seal(recipient.DerivePublicKey(), content);
        byte[] opened = new byte[content.Length];

        return SealedBox.TryOpen(recipient, Context, box, opened, out int written)
            && written == content.Length && opened.SequenceEqual(content);
    }

    [Fact]
    public void Two_boxes_of_the_same_have_nothing_in_common()
    {
        using var recipient = PrivateKey.Generate();
        byte[] first = Seal(recipient.DerivePublicKey(), new byte[32]), second = Seal(recipient.DerivePublicKey(), new byte[32]);

        Assert.NotEqual(first[..32], second[..32]);
        Assert.NotEqual(first[32..], second[32..]);
    }

    [Fact]
    public void No_bit_can_be_changed()
    {
        using var recipient = PrivateKey.Generate();
        byte[] box = Seal(recipient.DerivePublicKey(), [1, 2, 3]);
        for (int bit = 0; bit < box.Length * 8; bit++)
        {
            byte[] changed = [.. box];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            byte[] opened = [9, 9, 9];

            Assert.False(SealedBox.TryOpen(recipient, Context, changed, opened, out int written));
            Assert.Equal(0, written);
            Assert.Equal(new byte[3], opened);
        }
    }

    [Fact]
    public void Another_key_context_or_length_opens_nothing()
    {
        using PrivateKey recipient = PrivateKey.Generate(), other = PrivateKey.Generate();
        byte[] box = Seal(recipient.DerivePublicKey(), new byte[16]), opened = new byte[16];

        Assert.False(SealedBox.TryOpen(other, Context, box, opened, out _));
        Assert.False(SealedBox.TryOpen(recipient, "rest"u8, box, opened, out _));
        Assert.False(SealedBox.TryOpen(recipient, Context, box, opened.AsSpan(0, 15), out _));
        for (int length = 0; length < box.Length; length++)
            Assert.False(SealedBox.TryOpen(recipient, Context, box.AsSpan(0, length), opened, out _));
    }

    [Fact]
    public void Nothing_is_sealed_to_a_key_of_low_order()
    {
        byte[] box = new byte[SealedBox.Overhead + 4];
        Array.Fill(box, (byte)7);

        Assert.False(SealedBox.TrySeal(default, Context, [1, 2, 3, 4], box));
        Assert.All(box, static value => Assert.Equal(0, value));
        using var recipient = PrivateKey.Generate();
        Assert.False(SealedBox.TryOpen(recipient, Context, box, new byte[4], out _));
        Assert.Throws<ArgumentException>(() => SealedBox.TrySeal(recipient.DerivePublicKey(), Context, [1], new byte[5]));
    }

    private static byte[] Seal(PublicKey recipient, byte[] content)
    {
        byte[] box = new byte[content.Length + SealedBox.Overhead];
        Assert.True(SealedBox.TrySeal(recipient, Context, content, box));
        return box;
    }
}
