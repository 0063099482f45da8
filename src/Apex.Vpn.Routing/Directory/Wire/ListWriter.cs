using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Routing.Directory.Wire;

/// <summary>
/// Writes the body of a list. What many servers share (places, providers, sets of ports) is written once, in the order in which servers
/// first need it, so that the same list gives the same bytes.
/// </summary>
internal sealed class ListWriter
{
    private readonly WireWriter _body = new();
    private readonly DateTimeOffset _issued;
    private readonly Table<Place> _places = new();
    private readonly Table<string> _providers = new();
    private readonly Table<EndpointSet> _endpointSets = new();
    private readonly WireWriter _servers = new();

    private ListWriter(DateTimeOffset issued) => _issued = issued;

    internal static byte[] Write(ServerList list)
    {
        var writer = new ListWriter(list.Issued);
        foreach (Server server in list.Servers) writer.Add(server);
        writer._body.Int64(list.Version);
        writer._body.Time(list.Issued);
        writer._body.Time(list.Expires);
        writer.Section(ListPart.Place, writer._places.Entries, WritePlace);
        writer.Section(ListPart.Provider, writer._providers.Entries, static (entry, provider) => entry.Text(provider));
        writer.Section(ListPart.EndpointSet, writer._endpointSets.Entries, static (entry, set) => set.Write(entry));
        writer.Section(ListPart.Server, writer._servers.Written);
        var revoked = new WireWriter();
        foreach (PublicKey key in list.RevokedKeys) WriteKey(revoked, key);
        writer.Section(ListPart.RevokedKey, revoked.Written);
        writer.Section(ListPart.Certificate, list.NoticeCertificates, static (entry, certificate) => entry.Bytes(certificate.Bytes.Span));
        return writer._body.Written.ToArray();
    }

    private static void WritePlace(WireWriter entry, Place place)
    {
        string country = place.Country.ToString();
        entry.Bytes(country.Length == 2 ? [(byte)country[0], (byte)country[1]] : "  "u8);
        entry.Int32(Coordinate(place.Location.Latitude));
        entry.Int32(Coordinate(place.Location.Longitude));
        entry.Text(place.City);
    }

    // What is no coordinate becomes one that no reader takes.
    private static int Coordinate(double degrees) =>
        double.IsFinite(degrees)
            ? (int)Math.Clamp(Math.Round(degrees * ListSections.CoordinateUnit), int.MinValue, int.MaxValue)
            : int.MaxValue;

    private static void WriteKey(WireWriter writer, PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Size];
        key.CopyTo(bytes);
        writer.Bytes(bytes);
    }

    private void Add(Server server)
    {
        var entry = new WireWriter();
        Span<byte> id = stackalloc byte[16];
        server.Id.TryWriteBytes(id, bigEndian: true, out _);
        entry.Bytes(id);
        entry.Text(server.Name);
        entry.Varint((ulong)_places.IndexOf(server.Place));
        entry.Varint(server.Provider.Length == 0 ? 0 : (ulong)_providers.IndexOf(server.Provider) + 1);
        entry.Varint((uint)server.Features);
        entry.Varint((ulong)Math.Max(server.Capacity, 0));
        AddEndpoints(entry, server.Endpoints);
        entry.Varint((ulong)server.Keys.Count);
        foreach (ServerKey key in server.Keys)
        {
            WriteKey(entry, key.Key);
            entry.SignedVarint(key.NotBefore.ToUnixTimeSeconds() - _issued.ToUnixTimeSeconds());
            entry.Varint((ulong)Math.Max(key.NotAfter.ToUnixTimeSeconds() - key.NotBefore.ToUnixTimeSeconds(), 0));
        }
        _servers.Block(entry.Written);
    }

    /// <summary>The addresses of a server are its own; which transport and port each has, it shares with others.</summary>
    private void AddEndpoints(WireWriter entry, IReadOnlyList<ServerEndpoint> endpoints)
    {
        // An address without its port.
        UdpEndpoint[] addresses = [.. endpoints.Select(static endpoint => Bare(endpoint.Address)).Distinct()];
        entry.Varint((ulong)addresses.Length);
        Span<byte> bytes = stackalloc byte[16];
        foreach (UdpEndpoint address in addresses)
        {
            entry.Byte(address.IsIPv6 ? ListSections.IPv6 : ListSections.IPv4);
            int length = address.WriteAddress(bytes);
            entry.Bytes(bytes[..length]);
        }
        var set = new EndpointSet([.. endpoints.Select(endpoint =>
            new EndpointSlot((byte)Array.IndexOf(addresses, Bare(endpoint.Address)), endpoint.Transport, endpoint.Address.Port))]);
        entry.Varint((ulong)_endpointSets.IndexOf(set));
    }

    private static UdpEndpoint Bare(UdpEndpoint address) =>
        address.IsIPv6 ? UdpEndpoint.FromIPv6(address.AddressBits, 0, address.ScopeId) : UdpEndpoint.FromIPv4((uint)address.AddressBits, 0);

    private void Section<T>(ListPart part, IEnumerable<T> entries, Action<WireWriter, T> write)
    {
        var section = new WireWriter();
        foreach (T entry in entries)
        {
            var written = new WireWriter();
            write(written, entry);
            section.Block(written.Written);
        }
        Section(part, section.Written);
    }

    private void Section(ListPart part, ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty) return;
        _body.Byte((byte)part);
        _body.Block(content);
    }

    /// <summary>Different things in the order in which they were first asked for.</summary>
    private sealed class Table<T>
        where T : notnull
    {
        private readonly Dictionary<T, int> _indexes = [];

        internal List<T> Entries { get; } = [];

        internal int IndexOf(T entry)
        {
            if (_indexes.TryGetValue(entry, out int index)) return index;
            Entries.Add(entry);
            return _indexes[entry] = Entries.Count - 1;
        }
    }
}
