using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Latency.Profiles;

/// <summary>A country as two bytes of ASCII; both 0 for none.</summary>
internal static class Letters
{
    internal static void Write(CountryCode country, Span<byte> destination)
    {
        string text = country.ToString();
        destination[0] = country.IsNone ? (byte)0 : (byte)text[0];
        destination[1] = country.IsNone ? (byte)0 : (byte)text[1];
    }

    /// <summary>False for anything but two capital letters.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> source, out CountryCode country)
    {
        country = default;
        return source[0] is >= (byte)'A' and <= (byte)'Z' && source[1] is >= (byte)'A' and <= (byte)'Z'
            && CountryCode.TryParse([(char)source[0], (char)source[1]], out country);
    }
}
