using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>What a node asks of a control plane before it says anything: to show the authority that its token names.</summary>
/// <remarks>
/// <para>For the certificate callback of a TLS client, in the place of the platform's checks. While it says no, the handshake fails and not
/// a byte of the request leaves the node. The authority's certificate is taken from the chain or from the server's own certificate, since
/// TLS servers send no roots; only its key's hash is trusted. Whose name the server has does not matter: who holds a certificate for TLS
/// servers from this authority is a control plane of this fleet.</para>
/// <para>Never throws for what the other side sends. Immutable; safe from any thread.</para>
/// </remarks>
public sealed class EnrolmentClientGate
{
    private const int MaxPresented = 8;
    private readonly byte[] _rootHash;

    /// <summary>Believes one authority.</summary>
    /// <param name="rootHash">SHA-256 of its public key, 32 bytes: <see cref="EnrolmentToken.RootHash"/>.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public EnrolmentClientGate(ReadOnlySpan<byte> rootHash)
    {
        if (rootHash.Length != SHA256.HashSizeInBytes)
            throw new ArgumentException($"The hash of a key has {SHA256.HashSizeInBytes} bytes.", nameof(rootHash));
        _rootHash = rootHash.ToArray();
    }

    /// <summary>Judges the server of a TLS handshake.</summary>
    /// <param name="server">The certificate that the server proved to hold; null for none.</param>
    /// <param name="presented">Whatever else it sent.</param>
    /// <param name="now">The time as the node knows it.</param>
    public CertificateVerdict Check(X509Certificate2? server, IEnumerable<X509Certificate2> presented, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(presented);
        if (server is null) return CertificateVerdict.Missing;
        X509Certificate2? inside = null;
        try
        {
            inside = ReadAuthority(server);
            IEnumerable<X509Certificate2> candidates = presented.Take(MaxPresented);
            if (inside is not null) candidates = candidates.Append(inside);
            if (candidates.FirstOrDefault(IsTheRoot) is not { } root) return CertificateVerdict.Untrusted;
            CertificateVerdict verdict = CertificateChain.Check(server, [root], CertificateProfile.ServerUsage, now);
            if (verdict != CertificateVerdict.Valid) return verdict;
            bool isControlPlane = CertificateProfile.SingleUri(server.Extensions) == NodeUri.ControlPlane;
            return isControlPlane ? CertificateVerdict.Valid : CertificateVerdict.WrongName;
        }
        catch (Exception error) when (CertificateSigningRequest.IsBadInput(error))
        {
            return CertificateVerdict.Malformed;
        }
        finally
        {
            inside?.Dispose();
        }
    }

    private bool IsTheRoot(X509Certificate2 certificate) =>
        CertificateProfile.HashKey(certificate.PublicKey).AsSpan().SequenceEqual(_rootHash);

    private static X509Certificate2? ReadAuthority(X509Certificate2 server)
    {
        X509Extension[] found = [.. server.Extensions.Where(static one => one.Oid?.Value == CertificateProfile.AuthorityExtension)];
        return found is [{ RawData: { Length: <= CertificateAuthority.MaxRequestLength } data }]
            ? X509CertificateLoader.LoadCertificate(data)
            : null;
    }
}
