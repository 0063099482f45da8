using System.Net;
using System.Net.Sockets;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>An address of the interface together with the length of its network's prefix, as <c>10.0.0.2/24</c>.</summary>
/// <remarks>Unlike an <see cref="IPNetwork"/> it keeps the bits behind the prefix. A value; immutable.</remarks>
public readonly struct InterfaceAddress : IEquatable<InterfaceAddress>, ISpanFormattable
{
    /// <summary>An address with the length of its prefix.</summary>
    /// <param name="address">An IPv4 address, or an IPv6 address without scope.</param>
    /// <param name="prefixLength">0 to 32, or 0 to 128.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length does not fit the address.</exception>
    public InterfaceAddress(IPAddress address, int prefixLength)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentOutOfRangeException.ThrowIfNegative(prefixLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixLength, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        Address = address;
        PrefixLength = prefixLength;
    }

    /// <summary>The address; null only in the default value.</summary>
    public IPAddress Address { get; }

    /// <summary>The prefix's length in bits.</summary>
    public int PrefixLength { get; }

    /// <summary>The network that the address lies in.</summary>
    public IPNetwork Network => new(Address, PrefixLength);

    /// <summary>Parses <c>10.0.0.2/24</c>, <c>fd00::2/64</c>, or an address alone, which is its own network.</summary>
    /// <param name="text">The text, without surrounding space.</param>
    /// <param name="address">The address; default when the text is none.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out InterfaceAddress address)
    {
        bool parsed = AddressText.TryParsePrefix(text, lengthRequired: false, out IPAddress? host, out int length);
        address = parsed ? new InterfaceAddress(host!, length) : default;
        return parsed;
    }

    /// <inheritdoc/>
    public bool Equals(InterfaceAddress other) => Equals(Address, other.Address) && PrefixLength == other.PrefixLength;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is InterfaceAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Address, PrefixLength);

    /// <inheritdoc/>
    public override string ToString() => $"{Address}/{PrefixLength}";

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite($"{Address}/{PrefixLength}", out charsWritten);

    /// <summary>Equality by value.</summary>
    public static bool operator ==(InterfaceAddress left, InterfaceAddress right) => left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(InterfaceAddress left, InterfaceAddress right) => !left.Equals(right);
}
