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
        // The decoder alone would skip white space and padding.
        written = 0;
        return !text.ContainsAnyExcept(Alphabet)
            && Base64Url.DecodeFromChars(text, bytes, out _, out written) == OperationStatus.Done;
    }
}
