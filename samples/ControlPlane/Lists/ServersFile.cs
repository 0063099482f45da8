using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Samples.ControlPlane.Lists;

/// <summary>A server list as an operator writes it: JSON, with comments and trailing commas if need be.</summary>
internal sealed record ServersFile
{
    private const int MaxSize = 64 << 20;

    public required long Version { get; init; }

    public DateTimeOffset? Issued { get; init; }

    public DateTimeOffset? Expires { get; init; }

    public required IReadOnlyList<ServerItem> Servers { get; init; }

    // Settable: generated code leaves what a file does not name as it is only then.
    public IReadOnlyList<string> Revoked { get; set; } = [];

    // Of lists, the serializer lets null pass as an entry.
    private bool IsWhole =>
        !Servers.Contains(null!) && Servers.All(static server => !server.Endpoints.Contains(null!) && !server.Keys.Contains(null!));

    internal static ServersFile Read(FileInfo file)
    {
        try
        {
            ServersFile? read = JsonSerializer.Deserialize(Files.Read(file, MaxSize), ServersFileContext.Default.ServersFile);
            return read is not null && read.IsWhole ? read : throw new CommandException($"{file}: something in it is null.");
        }
        catch (JsonException exception)
        {
            throw new CommandException($"{file}: {exception.Message}");
        }
    }

    internal ServerList ToList(DateTimeOffset issued, DateTimeOffset expires, IReadOnlyList<OnlineKeyCertificate> notices) => new()
    {
        Version = Version,
        Issued = issued,
        Expires = expires,
        Servers = [.. Servers.Select(static server => server.ToServer())],
        RevokedKeys = [.. Revoked.Select(static key => ServerItem.ParseKey(key, "revoked"))],
        NoticeCertificates = notices,
    };
}

/// <summary>One server of the file.</summary>
internal sealed record ServerItem
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string City { get; init; }

    public required string Country { get; init; }

    public required double Latitude { get; init; }

    public required double Longitude { get; init; }

    public string Provider { get; set; } = "";

    public required int Capacity { get; init; }

    public ServerFeatures Features { get; init; }

    public required IReadOnlyList<EndpointItem> Endpoints { get; init; }

    public required IReadOnlyList<KeyItem> Keys { get; init; }

    internal Server ToServer() => new()
    {
        Id = Id,
        Name = Name,
        Place = new Place(City, ParseCountry(), new GeoPoint(Latitude, Longitude)),
        Provider = Provider,
        Capacity = Capacity,
        Features = Features,
        Endpoints = [.. Endpoints.Select(endpoint => endpoint.ToEndpoint(Name))],
        Keys = [.. Keys.Select(key => new ServerKey(ParseKey(key.Public, Name), key.NotBefore, key.NotAfter))],
    };

    internal static PublicKey ParseKey(string text, string where) =>
        PublicKey.TryParse(text, out PublicKey key) ? key : throw new CommandException($"{where}: '{text}' is no public key.");

    private CountryCode ParseCountry() =>
        CountryCode.TryParse(Country, out CountryCode country)
            ? country
            : throw new CommandException($"{Name}: '{Country}' is no country: expected two letters.");
}

/// <summary>One endpoint of a server of the file.</summary>
internal sealed record EndpointItem
{
    public required TransportKind Transport { get; init; }

    public required string Address { get; init; }

    internal ServerEndpoint ToEndpoint(string server) =>
        IPEndPoint.TryParse(Address, out IPEndPoint? address) && address.Port != 0
            ? new ServerEndpoint(Transport, UdpEndpoint.From(address))
            : throw new CommandException($"{server}: '{Address}' is no address and port, as in 192.0.2.1:51820 or [2001:db8::1]:51820.");
}

/// <summary>One WireGuard identity of a server of the file.</summary>
internal sealed record KeyItem
{
    public required string Public { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    public required DateTimeOffset NotAfter { get; init; }
}

/// <summary>Reads without reflection; names nobody knows are mistakes.</summary>
[JsonSerializable(typeof(ServersFile))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
internal sealed partial class ServersFileContext : JsonSerializerContext;
