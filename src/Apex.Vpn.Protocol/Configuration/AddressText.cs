using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Addresses, prefixes and endpoints as <c>wg</c> reads and writes them.</summary>
/// <remarks>
/// The framework's parsers take more than that: octal and one-part IPv4 addresses, ports and brackets inside an address, scopes of
/// interfaces that do not exist. A configuration that means something else than it seems to is worse than one that is refused.
/// </remarks>
internal static class AddressText
{
    /// <summary>The longest endpoint: an IPv6 address of 45 characters, a scope of 11, brackets and port.</summary>
    internal const int MaxEndpointLength = 72;

    private static readonly SearchValues<char> IPv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>Parses four decimal octets, or an IPv6 address without scope.</summary>
    internal static bool TryParseAddress(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.Contains(':'))
        {
            return !text.ContainsAnyExcept(IPv6Characters) && IPAddress.TryParse(text, out address);
        }
        if (!TryParseIPv4(text, out uint bits)) return false;
        address = new IPAddress([(byte)(bits >> 24), (byte)(bits >> 16), (byte)(bits >> 8), (byte)bits]);
        return true;
    }

    /// <summary>Parses an address and a prefix length, which may be missing (then the whole address) unless it is asked for.</summary>
    internal static bool TryParsePrefix(
        ReadOnlySpan<char> text, bool lengthRequired, [NotNullWhen(true)] out IPAddress? address, out int prefixLength)
    {
        prefixLength = 0;
        int slash = text.IndexOf('/');
        if (!TryParseAddress(slash < 0 ? text : text[..slash], out address)) return false;
        int bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        if (slash < 0)
        {
            prefixLength = bits;
            return !lengthRequired;
        }
        if (!NumberText.TryParseDecimal(text[(slash + 1)..], (uint)bits, out uint length)) return false;
        prefixLength = (int)length;
        return true;
    }

    /// <summary>Parses <c>192.0.2.1:51820</c> or <c>[2001:db8::1%scope]:51820</c>; the scope is an interface's index or name.</summary>
    internal static bool TryParseEndpoint(ReadOnlySpan<char> text, out UdpEndpoint endpoint)
    {
        endpoint = default;
        if (!TrySplitHostAndPort(text, out ReadOnlySpan<char> host, out bool bracketed, out ushort port)) return false;
        if (bracketed) return TryParseIPv6Host(host, port, out endpoint);
        if (!TryParseIPv4(host, out uint bits)) return false;
        endpoint = UdpEndpoint.FromIPv4(bits, port);
        return true;
    }

    /// <summary>
    /// Splits <c>host:port</c> or <c>[host]:port</c>; the host is not looked at, except that only brackets may hold a colon.
    /// </summary>
    internal static bool TrySplitHostAndPort(ReadOnlySpan<char> text, out ReadOnlySpan<char> host, out bool bracketed, out ushort port)
    {
        host = default;
        port = 0;
        bracketed = text.StartsWith('[');
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !NumberText.TryParseDecimal(text[(colon + 1)..], ushort.MaxValue, out uint number)) return false;
        host = text[..colon];
        port = (ushort)number;
        if (!bracketed) return !host.IsEmpty && !host.Contains(':');
        if (host.Length < 3 || host[^1] != ']') return false;
        host = host[1..^1];
        return true;
    }

    /// <summary>Parses what stands between the brackets of an IPv6 endpoint.</summary>
    internal static bool TryParseIPv6Host(ReadOnlySpan<char> host, ushort port, out UdpEndpoint endpoint)
    {
        endpoint = default;
        int percent = host.IndexOf('%');
        if (!TryParseAddress(percent < 0 ? host : host[..percent], out IPAddress? address)) return false;
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return false;
        if (percent >= 0)
        {
            // The framework knows how to find an interface by name; it answers an unknown one by "no scope".
            if (!IPAddress.TryParse(host, out IPAddress? scoped) || scoped.ScopeId is 0 or > uint.MaxValue) return false;
            address = scoped;
        }
        endpoint = UdpEndpoint.From(new IPEndPoint(address, port));
        return true;
    }

    /// <summary>Writes an endpoint so that <see cref="TryParseEndpoint"/> reads it again.</summary>
    /// <param name="endpoint">Not <see cref="UdpEndpoint.None"/>.</param>
    /// <param name="destination">At least <see cref="MaxEndpointLength"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    internal static int WriteEndpoint(UdpEndpoint endpoint, Span<byte> destination)
    {
        Span<byte> address = stackalloc byte[16];
        int length = endpoint.WriteAddress(address);
        int at = 0;
        if (length == 4)
        {
            for (int i = 0; i < 4; i++)
            {
                if (i > 0) destination[at++] = (byte)'.';
                at += WriteNumber(address[i], destination[at..]);
            }
        }
        else
        {
            destination[at++] = (byte)'[';
            new IPAddress(address, endpoint.ScopeId).TryFormat(destination[at..], out int written);
            at += written;
            destination[at++] = (byte)']';
        }
        destination[at++] = (byte)':';
        return at + WriteNumber(endpoint.Port, destination[at..]);
    }

    /// <summary>Writes a prefix so that <see cref="TryParsePrefix"/> reads it again.</summary>
    /// <param name="prefix">A prefix.</param>
    /// <param name="destination">At least <see cref="MaxEndpointLength"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    internal static int WritePrefix(IPNetwork prefix, Span<byte> destination)
    {
        prefix.BaseAddress.TryFormat(destination, out int at); // the prefix's own formatter boxes its length
        destination[at++] = (byte)'/';
        return at + WriteNumber((uint)prefix.PrefixLength, destination[at..]);
    }

    private static int WriteNumber(uint number, Span<byte> destination)
    {
        Utf8Formatter.TryFormat(number, destination, out int written);
        return written;
    }

    /// <summary>Four decimal octets without leading zeros, which some parsers read as octal.</summary>
    private static bool TryParseIPv4(ReadOnlySpan<char> text, out uint bits)
    {
        bits = 0;
        for (int octet = 0; octet < 4; octet++)
        {
            int dot = octet < 3 ? text.IndexOf('.') : text.Length;
            if (dot is < 1 or > 3) return false;
            ReadOnlySpan<char> digits = text[..dot];
            if (digits[0] == '0' && dot > 1) return false;
            if (!NumberText.TryParseDecimal(digits, byte.MaxValue, out uint value)) return false;
            bits = (bits << 8) | value;
            text = octet < 3 ? text[(dot + 1)..] : [];
        }
        return true;
    }
}
