namespace Apex.Vpn.Protocol;

/// <summary>Text forms of 32-byte keys: base64 with padding (44 characters, as <c>wg</c> prints it) and lower-case hex (64).</summary>
internal static class KeyText
{
    internal const int KeySize = 32;
    internal const int Base64Length = 44;
    internal const int HexLength = 64;

    /// <summary>Parses either form in time that does not depend on the key's value; false when it is neither.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, Span<byte> key) => text.Length switch
    {
        Base64Length => TryParseBase64(text, key),
        HexLength => TryParseHex(text, key),
        _ => false,
    };

    internal static bool TryParseBase64(ReadOnlySpan<char> text, Span<byte> key)
    {
        if (text.Length != Base64Length || text[^1] != '=') return false;
        int bad = 0, filled = 0, bits = 0;
        uint accumulator = 0;
        for (int i = 0; i < Base64Length - 1; i++)
        {
            int value = DecodeBase64(text[i]);
            bad |= value >> 31;
            accumulator = (accumulator << 6) | ((uint)value & 63);
            bits += 6;
            if (bits < 8) continue;
            bits -= 8;
            key[filled++] = (byte)(accumulator >> bits);
        }
        bad |= (int)(accumulator & 3); // the last character carries two bits that must be zero
        if (bad != 0) key[..KeySize].Clear();
        return bad == 0;
    }

    internal static bool TryParseHex(ReadOnlySpan<char> text, Span<byte> key)
    {
        if (text.Length != HexLength) return false;
        int bad = 0;
        for (int i = 0; i < KeySize; i++)
        {
            int high = DecodeHex(text[2 * i]), low = DecodeHex(text[(2 * i) + 1]);
            bad |= (high | low) >> 31;
            key[i] = (byte)((high << 4) | (low & 15));
        }
        if (bad != 0) key[..KeySize].Clear();
        return bad == 0;
    }

    internal static void WriteBase64(ReadOnlySpan<byte> key, Span<char> text)
    {
        int filled = 0, bits = 0;
        uint accumulator = 0;
        foreach (byte value in key[..KeySize])
        {
            accumulator = (accumulator << 8) | value;
            for (bits += 8; bits >= 6;)
            {
                bits -= 6;
                text[filled++] = EncodeBase64((accumulator >> bits) & 63);
            }
        }
        text[filled++] = EncodeBase64((accumulator << (6 - bits)) & 63);
        text[filled] = '=';
    }

    internal static void WriteHex(ReadOnlySpan<byte> key, Span<char> text)
    {
        for (int i = 0; i < KeySize; i++)
        {
            text[2 * i] = EncodeHex(key[i] >> 4);
            text[(2 * i) + 1] = EncodeHex(key[i] & 15);
        }
    }

    // Each helper computes all alternatives and selects by mask: no table is indexed and no branch taken by a secret.
    private static char EncodeHex(int value) => (char)(value + '0' + (((9 - value) >> 31) & ('a' - '0' - 10)));

    private static int DecodeHex(int c)
    {
        int digit = InRange(c, '0', '9'), lower = InRange(c, 'a', 'f'), upper = InRange(c, 'A', 'F');
        return (digit & (c - '0')) | (lower & (c - 'a' + 10)) | (upper & (c - 'A' + 10)) | ~(digit | lower | upper);
    }

    private static char EncodeBase64(uint value)
    {
        int v = (int)value;
        return (char)('A' + v
            + (((25 - v) >> 31) & ('a' - 'A' - 26))
            - (((51 - v) >> 31) & ('a' - '0' + 26))
            - (((61 - v) >> 31) & ('0' + 10 - '+'))
            + (((62 - v) >> 31) & ('/' - '+' - 1)));
    }

    private static int DecodeBase64(int c)
    {
        int upper = InRange(c, 'A', 'Z'), lower = InRange(c, 'a', 'z'), digit = InRange(c, '0', '9');
        int plus = InRange(c, '+', '+'), slash = InRange(c, '/', '/');
        return (upper & (c - 'A')) | (lower & (c - 'a' + 26)) | (digit & (c - '0' + 52)) | (plus & 62) | (slash & 63)
            | ~(upper | lower | digit | plus | slash);
    }

    private static int InRange(int c, int low, int high) => ~((c - low) >> 31) & ~((high - c) >> 31);
}
