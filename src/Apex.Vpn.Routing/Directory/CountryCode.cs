namespace Apex.Vpn.Routing.Directory;

/// <summary>A country as two letters (ISO 3166-1 alpha-2), kept as a number so that ten thousand comparisons cost nothing.</summary>
/// <remarks>A value; immutable; safe from any thread. Whether the letters are assigned to a country is not looked at.</remarks>
public readonly record struct CountryCode
{
    private readonly ushort _letters;

    private CountryCode(char first, char second) => _letters = (ushort)((first << 8) | second);

    /// <summary>Whether this is no country: the default value.</summary>
    public bool IsNone => _letters == 0;

    /// <summary>Parses two letters, upper or lower case.</summary>
    /// <param name="text">The text.</param>
    /// <param name="code">The country; default when the text is none.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out CountryCode code)
    {
        bool parsed = text.Length == 2 && char.IsAsciiLetter(text[0]) && char.IsAsciiLetter(text[1]);
        code = parsed ? new CountryCode(char.ToUpperInvariant(text[0]), char.ToUpperInvariant(text[1])) : default;
        return parsed;
    }

    /// <summary>Parses two letters, upper or lower case.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">Not two letters.</exception>
    public static CountryCode Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out CountryCode code) ? code : throw new FormatException("Not a country: expected two letters, as in NL.");

    /// <summary>The letters in upper case; empty when this is no country.</summary>
    public override string ToString() => IsNone ? "" : string.Create(2, _letters, static (text, letters) =>
    {
        text[0] = (char)(letters >> 8);
        text[1] = (char)(letters & 0xFF);
    });
}
