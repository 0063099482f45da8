using System.Buffers;
using System.Buffers.Text;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>Base64url without padding, of the one form that we write: no space, no padding, no stray bits at the end.</summary>
internal static class TokenText
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Decodes; false for everything else, and when there is not enough room.</summary>
    internal static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes, out int written)
    {
        written = 0;
        if (text.ContainsAnyExcept(Alphabet) || text.Length % 4 == 1 || Base64Url.GetMaxDecodedLength(text.Length) > bytes.Length) return false;
        if (!Base64Url.TryDecodeFromChars(text, bytes, out written)) return false;
        Span<char> last = stackalloc char[4];
        int tail = written % 3, lastLength = Base64Url.EncodeToChars(bytes.Slice(written - tail, tail), last);
        return text[^lastLength..].SequenceEqual(last[..lastLength]);
    }
}
