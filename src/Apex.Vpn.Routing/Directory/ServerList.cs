using System.Collections.Frozen;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// All servers of a fleet as the control plane signed them: the same bytes for every client. Immutable; safe from any thread. Everything
/// else that is said of servers (status, latency, choice) names them by their index in <see cref="Servers"/>.
/// </summary>
public sealed class ServerList
{
    private readonly FrozenSet<PublicKey> _revoked = FrozenSet<PublicKey>.Empty;

    /// <summary>Counts up with every change. A client never goes back to a lower one.</summary>
    public required long Version { get; init; }

    /// <summary>When it was signed.</summary>
    public required DateTimeOffset Issued { get; init; }

    /// <summary>Until when a server may be chosen from it.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>The servers, in the order of the list.</summary>
    public required IReadOnlyList<Server> Servers { get; init; }

    /// <summary>Keys that must not be used any more, whatever else says so.</summary>
    public IReadOnlyList<PublicKey> RevokedKeys
    {
        get;
        init
        {
            field = value;
            _revoked = value.ToFrozenSet();
        }
    } = [];

    /// <summary>Certificates of further keys that may sign notices in the tunnel, besides the one that signed the list.</summary>
    public IReadOnlyList<OnlineKeyCertificate> NoticeCertificates { get; init; } = [];

    /// <summary>The certificate of the key that signed the list; null for one that was not read from a file.</summary>
    public OnlineKeyCertificate? Certificate { get; init; }

    /// <summary>Which list it is; none for one that was not read from a file.</summary>
    public ListDigest Digest { get; init; }

    /// <summary>Entries that were skipped, in the order of the list.</summary>
    public IReadOnlyList<ListDefect> Defects { get; init; } = [];

    /// <summary>How many servers the file has, skipped ones included: as many entries as a status of it has.</summary>
    public int EntryCount => Entries?.Length ?? Servers.Count;

    // The index in Servers of each entry of the file, -1 for one that was skipped; null when none was.
    internal int[]? Entries { get; init; }

    /// <summary>The index in <see cref="Servers"/> of an entry of the file, which is what other signed files name servers by.</summary>
    /// <param name="entry">The entry, from 0.</param>
    /// <returns>-1 when it was skipped, or when there is none.</returns>
    public int IndexOfEntry(int entry)
    {
        if ((uint)entry >= (uint)EntryCount) return -1;
        return Entries is null ? entry : Entries[entry];
    }

    /// <summary>Whether a key must not be used any more.</summary>
    /// <param name="key">The key.</param>
    public bool IsRevoked(PublicKey key) => _revoked.Contains(key);

    /// <summary>The identity of a server to use: of those that are valid and not revoked the newest.</summary>
    /// <param name="server">A server of this list.</param>
    /// <param name="now">Signed time (<see cref="SignedTime"/>), not the wall clock's.</param>
    /// <param name="key">The identity; default when there is none.</param>
    /// <returns>False when it has none: then the server cannot be chosen.</returns>
    public bool TryGetKey(Server server, DateTimeOffset now, out ServerKey key)
    {
        ArgumentNullException.ThrowIfNull(server);
        key = default;
        bool found = false;
        foreach (ServerKey candidate in server.Keys)
        {
            if (!candidate.IsValidAt(now) || IsRevoked(candidate.Key) || (found && candidate.NotBefore <= key.NotBefore)) continue;
            key = candidate;
            found = true;
        }
        return found;
    }

    /// <summary>The keys whose notices may be believed: certified for notices, of the list's generation, within their time.</summary>
    /// <param name="now">Signed time (<see cref="SignedTime"/>), not the wall clock's.</param>
    public IReadOnlyList<SignaturePublicKey> NoticeKeysAt(DateTimeOffset now)
    {
        IEnumerable<OnlineKeyCertificate> certificates = Certificate is null ? NoticeCertificates : NoticeCertificates.Prepend(Certificate);
        return
        [
            .. certificates.Where(static certificate => certificate.Purposes.HasFlag(KeyPurposes.Notices))
                .Where(certificate => certificate.NotBefore <= now && now <= certificate.NotAfter)
                .Select(static certificate => certificate.Key).Distinct(),
        ];
    }
}
