namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Numbers as configuration texts write them: digits and nothing else, no sign, no space, no separator.</summary>
internal static class NumberText
{
    /// <summary>
    /// Parses decimal digits; false when there are none, when there is anything else, or when the number is above the limit.
    /// </summary>
    internal static bool TryParseDecimal(ReadOnlySpan<char> text, uint max, out uint value)
    {
        ulong number = 0;
        value = 0;
        if (text.IsEmpty) return false;
        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c)) return false;
            number = (number * 10) + (uint)(c - '0');
            if (number > max) return false;
        }
        value = (uint)number;
        return true;
    }

    /// <summary>Parses decimal digits, or hexadecimal ones behind <c>0x</c>.</summary>
    internal static bool TryParseDecimalOrHex(ReadOnlySpan<char> text, uint max, out uint value)
    {
        value = 0;
        if (!text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) return TryParseDecimal(text, max, out value);
        ReadOnlySpan<char> digits = text[2..];
        ulong number = 0;
        if (digits.IsEmpty) return false;
        foreach (char c in digits)
        {
            if (!char.IsAsciiHexDigit(c)) return false;
            number = (number << 4) | HexDigit(c);
            if (number > max) return false;
        }
        value = (uint)number;
        return true;
    }

    private static uint HexDigit(char c) => (uint)(char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
}
