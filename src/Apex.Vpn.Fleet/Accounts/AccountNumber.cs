using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>
/// An anonymous account: 95 random bits and a check symbol, as <c>7K2M-XQ9D-0VHE-5RTA-P3CW</c>. Whoever knows it has the account.
/// </summary>
/// <remarks>
/// <para>Twenty symbols of Crockford's base 32. The last one is a check over GF(32), by which any one wrong symbol and any two that changed
/// places are found: a typo is told apart from an unknown account without asking anybody.</para>
/// <para>It is a password: <see cref="ToString"/> does not show it, and a control plane keeps its hash (<see cref="AccountHasher"/>). A
/// value; immutable.</para>
/// </remarks>
[DebuggerDisplay("(hidden)")]
public readonly struct AccountNumber : IEquatable<AccountNumber>
{
    /// <summary>The length of the text form in characters, 24.</summary>
    public const int TextLength = 24;

    internal const int Size = 12;

    private const int Symbols = 20;
    private const int Bits = (Symbols - 1) * 5;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly UInt128 _bits;

    private AccountNumber(UInt128 bits) => _bits = bits;

    /// <summary>A new random number.</summary>
    public static AccountNumber Create()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        UInt128 bits = BinaryPrimitives.ReadUInt128LittleEndian(bytes) & ((UInt128.One << Bits) - 1);
        CryptographicOperations.ZeroMemory(bytes);
        return new AccountNumber(bits);
    }

    /// <summary>
    /// Reads the text form: any case, hyphens and spaces where one likes, and what looks alike counts as alike (O 0, I L 1).
    /// </summary>
    /// <param name="text">The text; anything may come. The caller answers for erasing it.</param>
    /// <param name="number">The number; default when the text is none.</param>
    public static AccountNumberError TryParse(ReadOnlySpan<char> text, out AccountNumber number)
    {
        number = default;
        Span<byte> symbols = stackalloc byte[Symbols];
        Base32Result result = Base32.Read(text, symbols);
        if (result != Base32Result.Good) return result == Base32Result.Length ? AccountNumberError.Length : AccountNumberError.Character;
        if (Check(symbols[..^1]) != symbols[^1]) return AccountNumberError.Mistyped;
        UInt128 bits = 0;
        foreach (byte symbol in symbols[..^1]) bits = (bits << 5) | symbol;
        number = new AccountNumber(bits);
        symbols.Clear();
        return AccountNumberError.None;
    }

    /// <summary>Writes the text form.</summary>
    /// <param name="destination">At least <see cref="TextLength"/> characters; the caller answers for erasing them.</param>
    /// <returns>The number of characters written.</returns>
    public int WriteText(Span<char> destination)
    {
        Span<byte> symbols = stackalloc byte[Symbols];
        UInt128 bits = _bits;
        for (int i = Symbols - 2; i >= 0; i--, bits >>= 5) symbols[i] = (byte)((uint)bits & 31);
        symbols[^1] = Check(symbols[..^1]);
        Base32.Write(symbols, destination);
        symbols.Clear();
        return TextLength;
    }

    /// <inheritdoc/>
    public bool Equals(AccountNumber other) => _bits == other._bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AccountNumber other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _bits.GetHashCode();

    /// <summary>A fixed text that does not show the number.</summary>
    public override string ToString() => "AccountNumber(hidden)";

    /// <summary>Equality by value.</summary>
    public static bool operator ==(AccountNumber left, AccountNumber right) => left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(AccountNumber left, AccountNumber right) => !left.Equals(right);

    internal void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, (ulong)(_bits >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)_bits);
    }

    // A Reed-Solomon code with one check symbol: symbol i counts with a weight of 2^i in GF(32), x^5 + x^2 + 1, where 2 has order 31.
    private static byte Check(ReadOnlySpan<byte> symbols)
    {
        int sum = 0;
        foreach (byte symbol in symbols) sum = Double(sum) ^ symbol;
        return (byte)Double(sum);
    }

    private static int Double(int value) => (value << 1) ^ ((value >> 4) * 0b10_0101);
}
