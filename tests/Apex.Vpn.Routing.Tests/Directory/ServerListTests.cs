using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Directory.Wire;
using FsCheck.Xunit;

namespace Apex.Vpn.Routing.Tests.Directory;

/// <summary>What is written is read, and what is not right is skipped one by one.</summary>
public sealed class ServerListTests
{
    private const int Frame = 3 * sizeof(long);

    [Property(MaxTest = 200)]
    public bool A_list_is_read_as_it_was_written(int seed)
    {
        ServerList written = Fleets.Any(seed), read = Authority.Read(Authority.Signer.SignList(written));
        AssertSame(written, read);
        return read.Defects.Count == 0 && read.EntryCount == written.Servers.Count;
    }

    [Property(MaxTest = 50)]
    public bool The_same_list_gives_the_same_bytes_and_so_does_the_one_that_was_read(int seed)
    {
        byte[] file = Authority.Signer.SignList(Fleets.Any(seed));
        return file.SequenceEqual(Authority.Signer.SignList(Fleets.Any(seed)))
            && file.SequenceEqual(Authority.Signer.SignList(Authority.Read(file)));
    }

    [Property(MaxTest = 300)]
    public bool No_body_makes_the_reader_throw_and_every_entry_is_a_server_or_a_defect(int seed)
    {
        var random = new Random(seed);
        byte[] body = ListWriter.Write(Fleets.Any(random.Next()));
        for (int changes = random.Next(1, 8); changes > 0; changes--) body[random.Next(body.Length)] ^= (byte)(1 << random.Next(8));
        if (random.Next(3) == 0) body = body[..random.Next(body.Length)];
        if (ListReader.Read(body, default, Authority.Certificate, Authority.Trusted) is not { } list) return true;
        int skipped = list.Defects.Count(static defect => defect.Part == ListPart.Server);
        int[] found = [.. Enumerable.Range(0, list.EntryCount).Select(list.IndexOfEntry).Where(static index => index >= 0)];
        // A last entry that is not whole, or one too many, has no place of its own.
        int missing = list.EntryCount - list.Servers.Count;
        return found.SequenceEqual(Enumerable.Range(0, list.Servers.Count)) && (skipped == missing || skipped == missing + 1);
    }

    [Fact]
    public void Entries_that_are_not_right_are_skipped_with_their_index_and_reason()
    {
        Server[] servers = [.. Enumerable.Range(0, 13).Select(Fleets.Server)];
        servers[1] = With(1, name: "");
        servers[2] = With(2, id: Guid.Empty);
        servers[3] = With(3, id: servers[0].Id);
        servers[4] = With(4, capacity: 0);
        servers[5] = With(5, endpoints: []);
        servers[6] = With(6, endpoints: [new ServerEndpoint(TransportKind.None, Fleets.Address("192.0.2.9", 1))]);
        servers[7] = With(7, endpoints: [new ServerEndpoint(TransportKind.WireGuardUdp, UdpEndpoint.None)]);
        servers[8] = With(8, keys: []);
        servers[9] = With(9, keys: [new ServerKey(default, Authority.Start, Authority.Start)]);
        servers[10] = With(10, place: new Place("Nowhere", default, new GeoPoint(0, 0)));
        servers[11] = With(11, name: new string('x', 65));
        ServerList read = ReadBody(ListWriter.Write(ListOf(servers)));

        Assert.Equal([servers[0].Id, servers[12].Id], read.Servers.Select(static server => server.Id));
        Assert.Equal(
            [
                new ListDefect(ListPart.Place, 1, ListDefectReason.Country),
                new ListDefect(ListPart.EndpointSet, 1, ListDefectReason.Endpoint),
                new ListDefect(ListPart.EndpointSet, 2, ListDefectReason.Endpoint),
                new ListDefect(ListPart.EndpointSet, 3, ListDefectReason.Endpoint),
                new ListDefect(ListPart.Server, 1, ListDefectReason.Name),
                new ListDefect(ListPart.Server, 2, ListDefectReason.Id),
                new ListDefect(ListPart.Server, 3, ListDefectReason.DuplicateId),
                new ListDefect(ListPart.Server, 4, ListDefectReason.Capacity),
                new ListDefect(ListPart.Server, 5, ListDefectReason.Address),
                new ListDefect(ListPart.Server, 6, ListDefectReason.UnknownEndpointSet),
                new ListDefect(ListPart.Server, 7, ListDefectReason.Address),
                new ListDefect(ListPart.Server, 8, ListDefectReason.Key),
                new ListDefect(ListPart.Server, 9, ListDefectReason.Key),
                new ListDefect(ListPart.Server, 10, ListDefectReason.UnknownPlace),
                new ListDefect(ListPart.Server, 11, ListDefectReason.Malformed),
            ],
            read.Defects);
        Assert.Equal(13, read.EntryCount);
        Assert.Equal([0, -1, -1, 1], new[] { 0, 1, 11, 12 }.Select(read.IndexOfEntry));
        Assert.Equal([-1, -1], new[] { -1, 13 }.Select(read.IndexOfEntry));
    }

    [Fact]
    public void Places_providers_and_certificates_are_skipped_too()
    {
        ServerList list = ListOf(
            With(0, place: new Place("", CountryCode.Parse("NL"), new GeoPoint(1, 1))),
            With(1, place: new Place("Far", CountryCode.Parse("NL"), new GeoPoint(91, 1))),
            With(2, place: new Place("Bell\a", CountryCode.Parse("NL"), new GeoPoint(1, 1))),
            With(3, provider: new string('p', 65)),
            With(4, place: new Place("Nought", CountryCode.Parse("NL"), new GeoPoint(double.NaN, 1))));
        ServerList read = ReadBody(ListWriter.Write(list));

        Assert.Empty(read.Servers);
        Assert.Equal(
            [
                ListDefectReason.Name, ListDefectReason.Location, ListDefectReason.Malformed, ListDefectReason.Location,
                ListDefectReason.Malformed,
            ],
            read.Defects.Where(static defect => defect.Part != ListPart.Server).Select(static defect => defect.Reason));
        Assert.Equal(
            [
                ListDefectReason.UnknownPlace, ListDefectReason.UnknownPlace, ListDefectReason.UnknownPlace, ListDefectReason.UnknownProvider,
                ListDefectReason.UnknownPlace,
            ],
            read.Defects.Where(static defect => defect.Part == ListPart.Server).Select(static defect => defect.Reason));
    }

    [Fact]
    public void An_entry_that_runs_out_of_its_part_ends_the_part_and_nothing_else()
    {
        byte[] body = Body(
            Part(ListPart.Place, Entry([(byte)'N', (byte)'L', .. new byte[8], 1, (byte)'A'])),
            Part(ListPart.Server, [200, 1, 1, 2, 3]),
            Part(ListPart.RevokedKey, new byte[32 + 5]));
        ServerList read = ReadBody(body);

        Assert.Single(read.RevokedKeys);
        Assert.Equal(
            [
                new ListDefect(ListPart.Server, 0, ListDefectReason.Malformed),
                new ListDefect(ListPart.RevokedKey, 1, ListDefectReason.Malformed),
            ],
            read.Defects);
    }

    [Fact]
    public void More_entries_than_a_list_may_have_are_left_out()
    {
        byte[] providers = [.. Enumerable.Repeat(Entry([1, (byte)'p']), 1030).SelectMany(static entry => entry)];
        byte[] body = Body(Part(ListPart.Provider, providers));

        Assert.Equal([new ListDefect(ListPart.Provider, 1024, ListDefectReason.TooMany)], ReadBody(body).Defects);
    }

    [Fact]
    public void Unknown_parts_fields_transports_and_features_are_overlooked_or_kept()
    {
        ServerEndpoint unknown = new((TransportKind)99, Fleets.Address("192.0.2.1", 7));
        ServerList list = ListOf(With(0, endpoints: [unknown], features: (ServerFeatures)0x8000_0001));
        byte[] body = ListWriter.Write(list);
        byte[] longer = [.. body[..Frame], .. Longer(body.AsSpan(Frame)), 77, 3, 1, 2, 3, 200, 0];
        ServerList read = ReadBody(longer);

        Assert.Empty(read.Defects);
        AssertSame(list, read);
        Assert.Equal((TransportKind)99, read.Servers[0].Endpoints[0].Transport);
        Assert.Equal((ServerFeatures)0x8000_0001, read.Servers[0].Features);
    }

    [Fact]
    public void The_frame_around_the_parts_must_be_right()
    {
        byte[] revoked = Part(ListPart.RevokedKey, new byte[32]), providers = Part(ListPart.Provider, Entry([1, (byte)'p']));

        Assert.NotNull(Read(Body(providers, revoked)));
        Assert.Null(Read(Body(revoked, providers)));
        Assert.Null(Read(Body(providers, providers)));
        Assert.Null(Read(Body(revoked[..^1])));
        Assert.Null(Read(Body([0, 0])));
        Assert.Null(Read([]));
        Assert.Null(Read(Body([2, 0x81, 0x00])));               // a length that is not in its shortest form
        Assert.Null(Read([.. new byte[8], .. Body()[8..]]));    // version 0
        Assert.Null(Read([.. Body()[..16], .. new byte[8]]));   // expires before it was issued
        Assert.Null(Read([.. Body()[..8], .. Enumerable.Repeat((byte)0xFF, 8), .. Body()[16..]]));

        static ServerList? Read(byte[] body) => ListReader.Read(body, default, Authority.Certificate, Authority.Trusted);
    }

    [Fact]
    public void What_a_client_would_refuse_is_not_signed()
    {
        ServerKey backwards = new(Fleets.Key(1), Authority.Start, Authority.Start.AddSeconds(-1));
        ServerList good = Fleets.Small();

        Assert.Contains("Server 1", Refuse(ListOf(Fleets.Server(0), With(1, keys: [backwards]))), StringComparison.Ordinal);
        Assert.Contains("Name", Refuse(ListOf(With(0, name: ""))), StringComparison.Ordinal);
        Assert.Contains("Address", Refuse(ListOf(With(0, endpoints: [Udp(UdpEndpoint.FromIPv6(0xFE80, 1, scopeId: 3))]))), StringComparison.Ordinal);
        Assert.Contains(
            "Malformed",
            Refuse(new ServerList { Version = 0, Issued = good.Issued, Expires = good.Expires, Servers = [] }),
            StringComparison.Ordinal);
        DateTimeOffset late = Authority.Certificate.NotAfter.AddSeconds(1);
        ServerList lasting = new() { Version = 1, Issued = good.Issued, Expires = late, Servers = [] };
        Assert.Contains("OutsideCertificate", Refuse(lasting), StringComparison.Ordinal);
        ServerEndpoint[] many = [.. Enumerable.Range(1, 300).Select(static i => Udp(UdpEndpoint.FromIPv4((uint)i, 9)))];
        Assert.Contains("Endpoint", Refuse(ListOf(With(0, endpoints: many))), StringComparison.Ordinal);

        static ServerEndpoint Udp(UdpEndpoint address) => new(TransportKind.WireGuardUdp, address);

        static string Refuse(ServerList list) => Assert.Throws<ArgumentException>(() => Authority.Signer.SignList(list)).Message;
    }

    [Fact]
    public void The_newest_key_that_is_valid_and_not_revoked_is_used()
    {
        DateTimeOffset start = Authority.Start;
        Server server = With(0, keys:
        [
            new ServerKey(Fleets.Key(1), start, start.AddDays(20)),
            new ServerKey(Fleets.Key(2), start.AddDays(10), start.AddDays(30)),
        ]);
        ServerList list = ListOf(server), revoked = Revoking(Fleets.Key(2)), all = Revoking(Fleets.Key(1), Fleets.Key(2));

        Assert.Equal([null, 1, 1, 2, 2, 2, null], new[] { -1, 0, 9, 10, 20, 30, 31 }.Select(day => Used(list, day)));
        Assert.Equal([1, 1, null, null], new[] { 0, 20, 21, 30 }.Select(day => Used(revoked, day)));
        Assert.Equal([null, null], new[] { 0, 30 }.Select(day => Used(all, day)));
        Assert.True(revoked.IsRevoked(Fleets.Key(2)));
        Assert.False(revoked.IsRevoked(Fleets.Key(1)));

        ServerList Revoking(params PublicKey[] keys) =>
            ReadBody(ListWriter.Write(new ServerList { Version = 1, Issued = start, Expires = start, Servers = [server], RevokedKeys = keys }));

        int? Used(ServerList list, int day)
        {
            if (!list.TryGetKey(list.Servers[0], start.AddDays(day), out ServerKey key)) return null;
            return Enumerable.Range(1, 2).Single(i => Fleets.Key(i) == key.Key);
        }
    }

    [Fact]
    public void Notices_are_signed_by_keys_that_roots_certified_for_them()
    {
        using SigningKey notices = Authority.KeyOf(20), status = Authority.KeyOf(21), stranger = Authority.KeyOf(22);
        using SigningKey other = Authority.KeyOf(23);
        OnlineKeyCertificate forNotices = Authority.Certify(notices, KeyPurposes.Notices);
        OnlineKeyCertificate[] further =
        [
            forNotices,
            Authority.Certify(status, KeyPurposes.Status),
            OnlineKeyCertificate.Issue(stranger.PublicKey, KeyPurposes.Notices, 0, Authority.Start, Authority.Start.AddDays(1), stranger),
            Authority.Certify(other, KeyPurposes.Notices, generation: 1),
        ];
        DateTimeOffset start = Authority.Start;
        ServerList written = new() { Version = 1, Issued = start, Expires = start, Servers = [], NoticeCertificates = further };
        ServerList read = ReadBody(ListWriter.Write(written));

        Assert.Equal([1, 2, 3], read.Defects.Select(static defect => defect.Index));
        Assert.All(
            read.Defects,
            static defect => Assert.Equal((ListPart.Certificate, ListDefectReason.Certificate), (defect.Part, defect.Reason)));
        Assert.Equal([Authority.Online.PublicKey, notices.PublicKey], read.NoticeKeysAt(Authority.Start));
        Assert.Empty(read.NoticeKeysAt(Authority.Start.AddDays(90)));
        Assert.Empty(read.NoticeKeysAt(Authority.Start.AddDays(-2)));
    }

    private static ServerList ListOf(params Server[] servers) =>
        new() { Version = 1, Issued = Authority.Start, Expires = Authority.Start.AddDays(1), Servers = servers };

    private static Server With(
        int i,
        Guid? id = null,
        string? name = null,
        Place? place = null,
        string? provider = null,
        IReadOnlyList<ServerEndpoint>? endpoints = null,
        IReadOnlyList<ServerKey>? keys = null,
        ServerFeatures? features = null,
        int? capacity = null)
    {
        Server server = Fleets.Server(i);
        return new Server
        {
            Id = id ?? server.Id,
            Name = name ?? server.Name,
            Place = place ?? server.Place,
            Provider = provider ?? server.Provider,
            Endpoints = endpoints ?? server.Endpoints,
            Keys = keys ?? server.Keys,
            Features = features ?? server.Features,
            Capacity = capacity ?? server.Capacity,
        };
    }

    private static ServerList ReadBody(byte[] body) => Authority.Read(Authority.Seal(FileKind.List, body));

    private static byte[] Body(params byte[][] parts)
    {
        var writer = new WireWriter();
        writer.Int64(1);
        writer.Time(Authority.Start);
        writer.Time(Authority.Start.AddDays(1));
        foreach (byte[] part in parts) writer.Bytes(part);
        return writer.Written.ToArray();
    }

    private static byte[] Part(ListPart part, byte[] content)
    {
        var writer = new WireWriter();
        writer.Byte((byte)part);
        writer.Block(content);
        return writer.Written.ToArray();
    }

    private static byte[] Entry(byte[] content)
    {
        var writer = new WireWriter();
        writer.Block(content);
        return writer.Written.ToArray();
    }

    /// <summary>The same parts, each entry with three more bytes; sets of endpoints have no room for more.</summary>
    private static byte[] Longer(ReadOnlySpan<byte> parts)
    {
        var reader = new WireReader(parts);
        var all = new List<byte>();
        while (!reader.IsAtEnd)
        {
            var part = (ListPart)reader.Byte();
            byte[] content = reader.Block(1 << 20).ToArray();
            all.AddRange(Part(part, part is ListPart.EndpointSet or ListPart.RevokedKey ? content : LongerEntries(content)));
        }
        return [.. all];
    }

    private static byte[] LongerEntries(byte[] content)
    {
        var entries = new WireReader(content);
        var all = new List<byte>();
        while (!entries.IsAtEnd) all.AddRange(Entry([.. entries.Block(1 << 20), 9, 9, 9]));
        return [.. all];
    }

    private static void AssertSame(ServerList expected, ServerList actual)
    {
        Assert.Equal((expected.Version, expected.Issued, expected.Expires), (actual.Version, actual.Issued, actual.Expires));
        Assert.Equal(expected.RevokedKeys, actual.RevokedKeys);
        Assert.Equal(expected.Servers.Count, actual.Servers.Count);
        foreach ((Server one, Server other) in expected.Servers.Zip(actual.Servers))
        {
            Assert.Equal(
                (one.Id, one.Name, one.Place, one.Provider, one.Features, one.Capacity),
                (other.Id, other.Name, other.Place, other.Provider, other.Features, other.Capacity));
            Assert.Equal(one.Endpoints, other.Endpoints);
            Assert.Equal(one.Keys, other.Keys);
        }
    }
}
