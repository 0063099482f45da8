namespace Apex.Vpn.Fleet.Accounts;

internal enum Base32Result
{
    Good,
    Length,
    Character,
}

/// <summary>Crockford's base 32: no letters that look like digits. Text comes in groups of four with hyphens between them.</summary>
internal static class Base32
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Group = 4;

    /// <summary>The length of the text of so many symbols.</summary>
    internal static int TextLength(int symbols) => symbols + ((symbols - 1) / Group);

    /// <summary>Writes symbols of 5 bits; their number is a multiple of four.</summary>
    internal static void Write(ReadOnlySpan<byte> symbols, Span<char> text)
    {
        int at = 0;
        for (int i = 0; i < symbols.Length; i++)
        {
            if (i > 0 && i % Group == 0) text[at++] = '-';
            text[at++] = Alphabet[symbols[i]];
        }
    }

    /// <summary>
    /// Reads exactly as many symbols as there is room for, skipping hyphens and spaces. Bounded by the text's own length.
    /// </summary>
    internal static Base32Result Read(ReadOnlySpan<char> text, Span<byte> symbols)
    {
        int count = 0;
        if (text.Length > 4 * symbols.Length) return Base32Result.Length;
        foreach (char c in text)
        {
            if (c is '-' or ' ') continue;
            int value = Decode(c);
            if (value < 0) return Base32Result.Character;
            if (count == symbols.Length) return Base32Result.Length;
            symbols[count++] = (byte)value;
        }
        return count == symbols.Length ? Base32Result.Good : Base32Result.Length;
    }

    private static int Decode(char c) => c switch
    {
        'o' or 'O' => 0,
        'i' or 'I' or 'l' or 'L' => 1,
        _ => char.IsAscii(c) ? Alphabet.IndexOf(char.ToUpperInvariant(c), StringComparison.Ordinal) : -1,
    };
}
