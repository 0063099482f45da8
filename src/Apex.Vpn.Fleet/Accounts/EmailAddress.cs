using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>Brings an e-mail address into the one form under which it is looked up.</summary>
public static class EmailAddress
{
    /// <summary>The longest address, 254 characters (RFC 5321).</summary>
    public const int MaxLength = 254;

    private static readonly SearchValues<char> LocalCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~-");

    private static readonly SearchValues<char> DomainCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    /// <summary>Lower case, without space around it. Whether mail arrives there is another matter.</summary>
    /// <param name="text">The text; anything may come.</param>
    /// <param name="normalized">The address; null when the text is none that people use: ASCII, one <c>@</c>, a domain with a dot.</param>
    public static bool TryNormalize(string? text, [NotNullWhen(true)] out string? normalized)
    {
        normalized = null;
        if (text is null || text.Length > MaxLength + 64) return false;
        string lower = text.Trim().ToLowerInvariant();
        int at = lower.IndexOf('@', StringComparison.Ordinal);
        if (lower.Length > MaxLength || at is < 1 or > 64) return false;
        ReadOnlySpan<char> local = lower.AsSpan(0, at), domain = lower.AsSpan(at + 1);
        if (local.ContainsAnyExcept(LocalCharacters) || domain.ContainsAnyExcept(DomainCharacters)) return false;
        if (!domain.Contains('.') || domain[0] is '.' or '-' || domain[^1] is '.' or '-' || domain.Contains("..", StringComparison.Ordinal))
            return false;
        normalized = lower;
        return true;
    }
}
