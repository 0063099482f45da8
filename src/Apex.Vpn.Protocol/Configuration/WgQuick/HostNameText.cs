namespace Apex.Vpn.Protocol.Configuration;

/// <summary>
/// What counts as a name of a host, or of a domain to search in (RFC 1123, with the underscores that are met in practice).
/// </summary>
internal static class HostNameText
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;

    /// <summary>
    /// Whether the text is a host's name. Its last label is not a number, so that a mistyped address does not pass as a name.
    /// </summary>
    internal static bool IsHostName(ReadOnlySpan<char> text)
    {
        if (text.EndsWith('.')) text = text[..^1];
        if (text.IsEmpty || text.Length > MaxName) return false;
        ReadOnlySpan<char> last = default;
        foreach (Range range in text.Split('.'))
        {
            last = text[range];
            if (!IsLabel(last)) return false;
        }
        return last.ContainsAnyExceptInRange('0', '9');
    }

    /// <summary>
    /// Whether the text is a domain to search in; <c>~</c> before it, as resolvers take it, says that it is only for routing.
    /// </summary>
    internal static bool IsSearchDomain(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith('~')) return IsHostName(text);
        return text is "~." || IsHostName(text[1..]);
    }

    private static bool IsLabel(ReadOnlySpan<char> label)
    {
        if (label.IsEmpty || label.Length > MaxLabel) return false;
        foreach (char c in label)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) return false;
        }
        return true;
    }
}
