using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Latency.Profiles;

/// <summary>
/// What a round trip takes as a rule between two countries, the same both ways, where enough was measured; geography serves everywhere else.
/// A payload of a signed container, in one byte a pair: 15 kB for 173 countries.
/// </summary>
/// <remarks>Immutable; safe from any thread. Format: version (1 byte), number of countries n (1), n × 2 letters in ascending order, then a
/// byte a pair, the triangle by rows with its diagonal: logarithmic, 255 where not known.</remarks>
public sealed class CountryPrior
{
    /// <summary>At most this many countries.</summary>
    public const int MaxCountries = 255;

    private const byte Version = 1;
    private const int HeadBytes = 2;

    private readonly CountryCode[] _countries;
    private readonly byte[] _codes;

    private CountryPrior(CountryCode[] countries, byte[] codes) => (_countries, _codes) = (countries, codes);

    /// <summary>How many countries it knows.</summary>
    public int Count => _countries.Length;

    /// <summary>How many bytes <see cref="Write"/> writes.</summary>
    public int EncodedBytes => HeadBytes + (2 * _countries.Length) + _codes.Length;

    /// <summary>Makes the table of medians.</summary>
    /// <param name="medians">Pairs of countries and milliseconds. Of a pair given twice, or both ways, the last counts; one that is negative
    /// or not a number is not known.</param>
    /// <exception cref="ArgumentException">More than <see cref="MaxCountries"/> countries, or one that is none.</exception>
    public static CountryPrior Create(IEnumerable<(CountryCode One, CountryCode Other, double Rtt)> medians)
    {
        ArgumentNullException.ThrowIfNull(medians);
        (CountryCode One, CountryCode Other, double Rtt)[] pairs = [.. medians];
        CountryCode[] countries =
        [
            .. pairs.SelectMany(static pair => (CountryCode[])[pair.One, pair.Other]).Distinct()
                .OrderBy(static country => country.ToString(), StringComparer.Ordinal),
        ];
        if (countries.Length > MaxCountries) throw new ArgumentException($"{countries.Length} countries; at most {MaxCountries}.", nameof(medians));
        if (countries.Any(static country => country.IsNone)) throw new ArgumentException("A country is none.", nameof(medians));
        byte[] codes = new byte[Pairs(countries.Length)];
        codes.AsSpan().Fill(RttCode.Unknown);
        foreach ((CountryCode one, CountryCode other, double rtt) in pairs)
            codes[PairIndex(Find(countries, one), Find(countries, other))] = RttCode.Encode(rtt);
        return new CountryPrior(countries, codes);
    }

    /// <summary>Reads what <see cref="Write"/> wrote. Never throws, whatever the bytes.</summary>
    /// <param name="encoded">The bytes, all of them; whether they are genuine is the caller's to know.</param>
    /// <param name="prior">The table.</param>
    /// <returns>False for anything else, and for a version that this one does not know.</returns>
    public static bool TryRead(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out CountryPrior? prior)
    {
        prior = null;
        if (encoded.Length < HeadBytes || encoded[0] != Version) return false;
        int count = encoded[1];
        if (encoded.Length != HeadBytes + (2 * count) + Pairs(count)) return false;
        var countries = new CountryCode[count];
        int previous = -1;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> letters = encoded.Slice(HeadBytes + (2 * i), 2);
            int order = BinaryPrimitives.ReadUInt16BigEndian(letters);
            if (order <= previous || !Letters.TryRead(letters, out countries[i])) return false;
            previous = order;
        }
        prior = new CountryPrior(countries, encoded[(HeadBytes + (2 * count))..].ToArray());
        return true;
    }

    /// <summary>Writes the table.</summary>
    /// <param name="destination">At least <see cref="EncodedBytes"/> bytes.</param>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public int Write(Span<byte> destination)
    {
        if (destination.Length < EncodedBytes) throw new ArgumentException($"Needs {EncodedBytes} bytes.", nameof(destination));
        destination[0] = Version;
        destination[1] = (byte)_countries.Length;
        int at = HeadBytes;
        foreach (CountryCode country in _countries)
        {
            Letters.Write(country, destination[at..]);
            at += 2;
        }
        _codes.CopyTo(destination[at..]);
        return at + _codes.Length;
    }

    /// <summary>The round trip between two countries in milliseconds; NaN where it is not known.</summary>
    /// <param name="one">The client's country, or the server's.</param>
    /// <param name="other">The other.</param>
    public double EstimateRtt(CountryCode one, CountryCode other)
    {
        int first = Find(_countries, one), second = Find(_countries, other);
        return first < 0 || second < 0 ? double.NaN : RttCode.Decode(_codes[PairIndex(first, second)]);
    }

    /// <summary>The round trip between two places in milliseconds: their countries', or else by distance (<see cref="GeographicPrior"/>).</summary>
    /// <param name="from">Where the client is; its coordinates may be none when its country is known.</param>
    /// <param name="to">Where the server is.</param>
    /// <returns>NaN where neither says anything.</returns>
    /// <remarks>Within one country distance says more than the median of all pairs in it.</remarks>
    public double EstimateRtt(Place from, Place to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        double byDistance = GeographicPrior.EstimateRtt(from.Location, to.Location);
        if (from.Country == to.Country && !double.IsNaN(byDistance)) return byDistance;
        double byCountry = EstimateRtt(from.Country, to.Country);
        return double.IsNaN(byCountry) ? byDistance : byCountry;
    }

    private static int Pairs(int countries) => countries * (countries + 1) / 2;

    private static int PairIndex(int one, int other)
    {
        (int low, int high) = one < other ? (one, other) : (other, one);
        return (high * (high + 1) / 2) + low;
    }

    private static int Find(CountryCode[] countries, CountryCode country) => Array.IndexOf(countries, country);
}
