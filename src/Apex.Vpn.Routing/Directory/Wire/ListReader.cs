using Apex.Vpn.Protocol;

namespace Apex.Vpn.Routing.Directory.Wire;

/// <summary>
/// Reads the body of a list. An entry that is no good is skipped and reported; only the frame around the parts must be right.
/// </summary>
internal sealed class ListReader
{
    private readonly TrustRoots? _roots;
    private readonly OnlineKeyCertificate _certificate;
    private readonly List<ListDefect> _defects = [];
    private readonly List<Place?> _places = [];
    private readonly List<string?> _providers = [];
    private readonly List<EndpointSet?> _endpointSets = [];
    private readonly List<Server> _servers = [];
    private readonly List<int> _entries = [];
    private readonly HashSet<Guid> _ids = [];
    private readonly List<PublicKey> _revokedKeys = [];
    private readonly List<OnlineKeyCertificate> _certificates = [];
    private DateTimeOffset _issued;

    private ListReader(OnlineKeyCertificate certificate, TrustRoots? roots)
    {
        _certificate = certificate;
        _roots = roots;
    }

    private delegate T? EntryReader<T>(ref WireReader entry, out ListDefectReason reason)
        where T : class;

    /// <summary>Reads a body; null when its frame is not right.</summary>
    /// <param name="body">Any bytes.</param>
    /// <param name="digest">Of the list that it is the body of.</param>
    /// <param name="certificate">Of the key that signed it.</param>
    /// <param name="roots">Who must have certified keys for notices; null to ask nobody.</param>
    internal static ServerList? Read(ReadOnlySpan<byte> body, ListDigest digest, OnlineKeyCertificate certificate, TrustRoots? roots) =>
        new ListReader(certificate, roots).Read(body, digest);

    private ServerList? Read(ReadOnlySpan<byte> body, ListDigest digest)
    {
        var reader = new WireReader(body);
        long version = reader.Count();
        _issued = reader.Time();
        DateTimeOffset expires = reader.Time();
        if (reader.Failed || expires < _issued) return null;
        // Parts come in the order of their numbers, those that others refer to first, and each once.
        for (int last = 0; !reader.IsAtEnd;)
        {
            byte part = reader.Byte();
            ReadOnlySpan<byte> content = reader.Block(ListSections.MaxSize);
            if (reader.Failed || part <= last) return null;
            last = part;
            ReadPart((ListPart)part, content);
        }
        return new ServerList
        {
            Version = version,
            Issued = _issued,
            Expires = expires,
            Servers = [.. _servers],
            RevokedKeys = [.. _revokedKeys],
            NoticeCertificates = [.. _certificates],
            Certificate = _certificate,
            Digest = digest,
            Defects = [.. _defects],
            Entries = _entries.Count == _servers.Count ? null : [.. _entries],
        };
    }

    private void ReadPart(ListPart part, ReadOnlySpan<byte> content)
    {
        switch (part)
        {
            case ListPart.Place:
                ReadEntries(part, content, DirectoryLimits.Places, PlaceEntry.Read, _places.Add);
                break;
            case ListPart.Provider:
                ReadEntries(part, content, DirectoryLimits.Providers, ReadProvider, _providers.Add);
                break;
            case ListPart.EndpointSet:
                ReadEntries(part, content, DirectoryLimits.EndpointSets, EndpointSet.Read, _endpointSets.Add);
                break;
            case ListPart.Server:
                var tables = new ServerEntry(_places, _providers, _endpointSets, _issued);
                Server? ReadOne(ref WireReader entry, out ListDefectReason reason) => ReadServer(tables, ref entry, out reason);
                ReadEntries<Server>(part, content, DirectoryLimits.Servers, ReadOne, AddServer);
                break;
            case ListPart.RevokedKey:
                ReadRevokedKeys(content);
                break;
            case ListPart.Certificate:
                ReadEntries(part, content, DirectoryLimits.Certificates, ReadCertificate, AddCertificate);
                break;
            default:
                break; // of a newer minor version
        }
    }

    private void ReadEntries<T>(ListPart part, ReadOnlySpan<byte> content, int most, EntryReader<T> read, Action<T?> add)
        where T : class
    {
        var reader = new WireReader(content);
        for (int index = 0; !reader.IsAtEnd; index++)
        {
            ReadOnlySpan<byte> bytes = reader.Block(ListSections.MaxSize);
            // Where one entry ends in another part, the next ones cannot be found.
            ListDefectReason reason = reader.Failed ? ListDefectReason.Malformed
                : index == most ? ListDefectReason.TooMany
                : ListDefectReason.None;
            bool isLast = reason != ListDefectReason.None;
            T? item = null;
            if (!isLast)
            {
                var entry = new WireReader(bytes);
                item = read(ref entry, out reason);
            }
            if (item is null) _defects.Add(new ListDefect(part, index, reason));
            if (isLast) return;
            add(item);
        }
    }

    private static string? ReadProvider(ref WireReader entry, out ListDefectReason reason)
    {
        string name = entry.Text(DirectoryLimits.TextBytes);
        reason = entry.Failed ? ListDefectReason.Malformed : name.Length == 0 ? ListDefectReason.Name : ListDefectReason.None;
        return reason == ListDefectReason.None ? name : null;
    }

    private Server? ReadServer(ServerEntry tables, ref WireReader entry, out ListDefectReason reason)
    {
        Server? server = tables.Read(ref entry, out reason);
        if (server is null || _ids.Add(server.Id)) return server;
        reason = ListDefectReason.DuplicateId;
        return null;
    }

    private void AddServer(Server? server)
    {
        _entries.Add(server is null ? -1 : _servers.Count);
        if (server is not null) _servers.Add(server);
    }

    private void ReadRevokedKeys(ReadOnlySpan<byte> content)
    {
        int count = Math.Min(content.Length / PublicKey.Size, DirectoryLimits.RevokedKeys);
        for (int i = 0; i < count; i++) _revokedKeys.Add(new PublicKey(content.Slice(i * PublicKey.Size, PublicKey.Size)));
        if (content.Length / PublicKey.Size > count) _defects.Add(new ListDefect(ListPart.RevokedKey, count, ListDefectReason.TooMany));
        else if (content.Length % PublicKey.Size != 0) _defects.Add(new ListDefect(ListPart.RevokedKey, count, ListDefectReason.Malformed));
    }

    private OnlineKeyCertificate? ReadCertificate(ref WireReader entry, out ListDefectReason reason)
    {
        OnlineKeyCertificate.Read(entry.Rest(), _roots, out OnlineKeyCertificate? certificate);
        bool isGood = certificate is not null && certificate.Purposes.HasFlag(KeyPurposes.Notices)
            && certificate.Generation == _certificate.Generation;
        reason = isGood ? ListDefectReason.None : ListDefectReason.Certificate;
        return isGood ? certificate : null;
    }

    private void AddCertificate(OnlineKeyCertificate? certificate)
    {
        if (certificate is not null) _certificates.Add(certificate);
    }
}
