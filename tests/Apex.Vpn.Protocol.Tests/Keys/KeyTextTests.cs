using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Keys;

public sealed class KeyTextTests
{
    [Property(MaxTest = 500)]
    public void Both_forms_agree_with_the_framework(int seed)
    {
        byte[] key = RandomKey(seed), parsed = new byte[32];
        Span<char> base64 = stackalloc char[KeyText.Base64Length], hex = stackalloc char[KeyText.HexLength];
        KeyText.WriteBase64(key, base64);
        KeyText.WriteHex(key, hex);
        Assert.Equal(Convert.ToBase64String(key), base64.ToString());
        Assert.Equal(Convert.ToHexStringLower(key), hex.ToString());
        Assert.True(KeyText.TryParse(base64, parsed));
        Assert.Equal(key, parsed);
        parsed.AsSpan().Clear();
        Assert.True(KeyText.TryParse(hex, parsed));
        Assert.Equal(key, parsed);
        Assert.True(KeyText.TryParse(Convert.ToHexString(key), parsed));
        Assert.Equal(key, parsed);
    }

    [Fact]
    public void Every_character_counts_as_it_does_in_the_framework_at_every_position()
    {
        byte[] key = RandomKey(3), parsed = new byte[32];
        char[] base64 = Convert.ToBase64String(key).ToCharArray(), hex = Convert.ToHexStringLower(key).ToCharArray();
        for (int c = 0; c < 0x180; c++)
        {
            for (int i = 0; i < base64.Length; i++)
            {
                if (c is ' ' or '\t' or '\r' or '\n') continue; // the framework skips white space, a key has none
                char[] text = [.. base64[..i], (char)c, .. base64[(i + 1)..]];
                Check(text, Framework(text), parsed);
            }
            for (int i = 0; i < hex.Length; i++)
            {
                char[] text = [.. hex[..i], (char)c, .. hex[(i + 1)..]];
                Check(text, char.IsAsciiHexDigit((char)c) ? Convert.FromHexString(text) : null, parsed);
            }
        }

        static byte[]? Framework(char[] text)
        {
            var bytes = new byte[33];
            // The framework takes a last character with bits that do not count; here a key has one text form only.
            return Convert.TryFromBase64Chars(text, bytes, out int written) && written == 32
                && Convert.ToBase64String(bytes, 0, 32) == new string(text) ? bytes[..32] : null;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData(" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000g")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000 ")]
    public void Other_texts_are_refused_and_leave_nothing(string text) => Check(text, null, new byte[32]);

    private static void Check(ReadOnlySpan<char> text, byte[]? expected, byte[] parsed)
    {
        parsed.AsSpan().Clear();
        Assert.Equal(expected is not null, KeyText.TryParse(text, parsed));
        Assert.Equal(expected ?? new byte[32], parsed);
    }

    private static byte[] RandomKey(int seed)
    {
        var key = new byte[32];
        new Random(seed).NextBytes(key);
        return key;
    }
}
