using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Latency.Profiles;

/// <summary>
/// The bytes of <see cref="LatencyProfiles"/>, integers in network order: version (1), sites n (2), clusters m (2), k (2); per site two
/// letters of its country (0 for none), latitude and longitude in hundredths of a degree (2 × 2, 0x8000 for none), length of its name (1)
/// and the name in UTF-8; the mesh as the triangle below its diagonal by rows, n (n − 1) / 2; m × n medians.
/// </summary>
internal static class ProfileFormat
{
    internal const int HeadBytes = 7;

    private const byte Version = 1;
    private const int SiteBytes = 7;
    private const int MaxNameBytes = byte.MaxValue;
    private const double UnitsPerDegree = 100;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    /// <summary>Whether a site can be written: its name is of 1 to 255 bytes.</summary>
    internal static bool Fits(Place site) => StrictUtf8.GetByteCount(site.City) is > 0 and <= MaxNameBytes;

    internal static int Measure(LatencyProfiles profiles)
    {
        int bytes = HeadBytes + ValueBytes(profiles.Sites.Count, profiles.Clusters);
        foreach (Place site in profiles.Sites) bytes += SiteBytes + StrictUtf8.GetByteCount(site.City);
        return bytes;
    }

    internal static int Write(LatencyProfiles profiles, Span<byte> destination)
    {
        int sites = profiles.Sites.Count;
        destination[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)sites);
        BinaryPrimitives.WriteUInt16BigEndian(destination[3..], (ushort)profiles.Clusters);
        BinaryPrimitives.WriteUInt16BigEndian(destination[5..], (ushort)profiles.MinMembers);
        int at = HeadBytes;
        foreach (Place site in profiles.Sites) at += WriteSite(site, destination[at..]);
        for (int site = 1; site < sites; site++)
        {
            profiles.View(site)[..site].CopyTo(destination[at..]);
            at += site;
        }
        for (int view = sites; view < profiles.Views; view++)
        {
            profiles.View(view).CopyTo(destination[at..]);
            at += sites;
        }
        return at;
    }

    internal static bool TryRead(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out LatencyProfiles? profiles)
    {
        profiles = null;
        if (encoded.Length is < HeadBytes or > LatencyProfiles.MaxEncodedBytes || encoded[0] != Version) return false;
        int sites = BinaryPrimitives.ReadUInt16BigEndian(encoded[1..]);
        int clusters = BinaryPrimitives.ReadUInt16BigEndian(encoded[3..]);
        int minMembers = BinaryPrimitives.ReadUInt16BigEndian(encoded[5..]);
        if (sites is 0 or > LatencyProfiles.MaxSites || clusters > LatencyProfiles.MaxClusters || minMembers == 0) return false;
        // Before anything is allocated: the shortest names there can be.
        if (encoded.Length < HeadBytes + ((SiteBytes + 1) * sites) + ValueBytes(sites, clusters)) return false;
        var places = new Place[sites];
        ReadOnlySpan<byte> rest = encoded[HeadBytes..];
        for (int site = 0; site < sites; site++)
        {
            if (!TryReadSite(rest, out places[site]!, out int read)) return false;
            rest = rest[read..];
        }
        if (rest.Length != ValueBytes(sites, clusters)) return false;
        profiles = new LatencyProfiles(places, minMembers, ReadViews(rest, sites, clusters));
        return true;
    }

    private static int ValueBytes(int sites, int clusters) => (sites * (sites - 1) / 2) + (sites * clusters);

    private static byte[] ReadViews(ReadOnlySpan<byte> values, int sites, int clusters)
    {
        byte[] views = new byte[sites * (sites + clusters)];
        int at = 0;
        for (int one = 1; one < sites; one++)
        {
            for (int other = 0; other < one; other++) views[(one * sites) + other] = views[(other * sites) + one] = values[at++];
        }
        values[at..].CopyTo(views.AsSpan(sites * sites));
        return views;
    }

    private static int WriteSite(Place site, Span<byte> destination)
    {
        Letters.Write(site.Country, destination);
        WriteDegrees(site.Location.Latitude, site.Location.IsValid, destination[2..]);
        WriteDegrees(site.Location.Longitude, site.Location.IsValid, destination[4..]);
        int name = StrictUtf8.GetBytes(site.City, destination[SiteBytes..]);
        destination[6] = (byte)name;
        return SiteBytes + name;
    }

    private static bool TryReadSite(ReadOnlySpan<byte> source, [NotNullWhen(true)] out Place? site, out int read)
    {
        site = null;
        read = 0;
        if (source.Length < SiteBytes || source[6] == 0 || source.Length < SiteBytes + source[6]) return false;
        CountryCode country = default;
        if (source[..2] is not [0, 0] && !Letters.TryRead(source, out country)) return false;
        var location = new GeoPoint(ReadDegrees(source[2..]), ReadDegrees(source[4..]));
        if (!location.IsValid && !(double.IsNaN(location.Latitude) && double.IsNaN(location.Longitude))) return false;
        read = SiteBytes + source[6];
        // A name that is not UTF-8 gets replacement characters and matches no server.
        site = new Place(StrictUtf8.GetString(source[SiteBytes..read]), country, location);
        return true;
    }

    private static void WriteDegrees(double degrees, bool known, Span<byte> destination) =>
        BinaryPrimitives.WriteInt16BigEndian(destination, known ? (short)Math.Round(degrees * UnitsPerDegree) : short.MinValue);

    private static double ReadDegrees(ReadOnlySpan<byte> source) =>
        BinaryPrimitives.ReadInt16BigEndian(source) is var units && units == short.MinValue ? double.NaN : units / UnitsPerDegree;
}
