using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Apex.Vpn.Fleet.Keys;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>
/// The root of one fleet's identities: an ECDSA P-256 key that signs certificates of nodes and control planes, and lists.
/// </summary>
/// <remarks>
/// <para>A certificate is built from what the authority knows; a request gives its public key and nothing else. Nodes get 30 days, for TLS
/// clients only; control planes 30 days, for TLS servers only. The authority signs no other authority.</para>
/// <para>Store <see cref="ExportPrivateKey"/> in a <see cref="KeyEnvelope"/> and the certificate in the open. Safe from any thread until
/// disposed.</para>
/// </remarks>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>The longest signing request, 4096 bytes.</summary>
    public const int MaxRequestLength = 4096;

    /// <summary>How long certificates of nodes and control planes are good, 30 days.</summary>
    public static readonly TimeSpan CertificateLifetime = TimeSpan.FromDays(30);

    /// <summary>How long an authority is good unless said otherwise, ten years of 365 days.</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(3650);

    internal const int SignatureSize = 64;

    private readonly ECDsa _key;
    private readonly X509Certificate2 _certificate;
    private readonly byte[] _keyHash;

    private CertificateAuthority(ECDsa key, X509Certificate2 certificate)
    {
        _key = key;
        _certificate = certificate;
        _keyHash = CertificateProfile.HashKey(certificate.PublicKey);
    }

    /// <summary>The certificate, DER.</summary>
    public ReadOnlyMemory<byte> Certificate => _certificate.RawDataMemory;

    /// <summary>SHA-256 of the public key (SubjectPublicKeyInfo), 32 bytes: what an enrolment token names.</summary>
    public ReadOnlyMemory<byte> KeyHash => _keyHash;

    /// <summary>When the authority ends.</summary>
    public DateTimeOffset NotAfter => CertificateProfile.End(_certificate);

    /// <summary>Makes a new authority.</summary>
    /// <param name="name">A name for people, shown in certificates: 1 to 64 characters.</param>
    /// <param name="now">The time.</param>
    /// <returns>The authority, which the caller disposes.</returns>
    public static CertificateAuthority Create(string name, DateTimeOffset now) => Create(name, now, DefaultLifetime);

    /// <summary>Makes a new authority.</summary>
    /// <param name="name">A name for people, shown in certificates: 1 to 64 characters.</param>
    /// <param name="now">The time.</param>
    /// <param name="lifetime">How long it is good; longer than <see cref="CertificateLifetime"/>.</param>
    /// <returns>The authority, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">The name or the lifetime is out of its range.</exception>
    public static CertificateAuthority Create(string name, DateTimeOffset now, TimeSpan lifetime)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, 64, nameof(name));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, CertificateLifetime);
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        const X509KeyUsageFlags Usage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;
        request.CertificateExtensions.Add(new X509KeyUsageExtension(Usage, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        DateTimeOffset begin = CertificateProfile.ToSeconds(now);
        return new CertificateAuthority(key, request.Create(
            request.SubjectName,
            X509SignatureGenerator.CreateForECDsa(key),
            begin - CertificateProfile.Backdating,
            begin + lifetime,
            CertificateProfile.NewSerial()));
    }

    /// <summary>Loads an authority from its certificate and private key.</summary>
    /// <param name="certificate">The certificate, DER.</param>
    /// <param name="privateKey">What <see cref="ExportPrivateKey"/> gave; stays the caller's.</param>
    /// <returns>The authority, which the caller disposes.</returns>
    /// <exception cref="CryptographicException">One is damaged, or they do not belong together.</exception>
    public static CertificateAuthority Load(ReadOnlySpan<byte> certificate, SecretBytes privateKey)
    {
        ArgumentNullException.ThrowIfNull(privateKey);
        ECDsa key = ECDsa.Create();
        try
        {
            X509Certificate2 loaded = X509CertificateLoader.LoadCertificate(certificate);
            key.ImportPkcs8PrivateKey(privateKey.Span, out _);
            if (!key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(loaded.PublicKey.ExportSubjectPublicKeyInfo()))
                throw new CryptographicException("The authority's private key is not that of its certificate.");
            return new CertificateAuthority(key, loaded);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>The private key (PKCS #8), for storage in a <see cref="KeyEnvelope"/>; the caller disposes it.</summary>
    public SecretBytes ExportPrivateKey()
    {
        byte[] exported = _key.ExportPkcs8PrivateKey();
        try
        {
            return new SecretBytes(exported);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(exported);
        }
    }

    /// <summary>Makes a node's certificate. Never throws for what is in the request.</summary>
    /// <param name="request">The request, PKCS #10 DER; anything may come.</param>
    /// <param name="node">Whose it is: the caller has proof.</param>
    /// <param name="previousKeyHash">The key hash of the node's certificate before, which must not be used again; empty for none.</param>
    /// <param name="now">The time.</param>
    /// <param name="issued">The certificate; null unless the verdict is good.</param>
    public CsrVerdict TryIssueNode(
        ReadOnlySpan<byte> request, Guid node, ReadOnlySpan<byte> previousKeyHash, DateTimeOffset now, out IssuedCertificate? issued)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(node, Guid.Empty);
        issued = null;
        CsrVerdict verdict = CertificateSigningRequest.Read(request, node, out PublicKey? key);
        if (verdict != CsrVerdict.Good) return verdict;
        if (CertificateProfile.HashKey(key!).AsSpan().SequenceEqual(previousKeyHash)) return CsrVerdict.KeyNotFresh;
        if (now + CertificateLifetime > NotAfter) return CsrVerdict.AuthorityEnds;
        var certificate = new CertificateRequest(CertificateSigningRequest.Subject(node), key!, HashAlgorithmName.SHA256);
        certificate.CertificateExtensions.Add(CertificateSigningRequest.AlternativeName(node));
        using X509Certificate2 signed = Sign(certificate, CertificateProfile.ClientUsage, now);
        issued = new IssuedCertificate(signed);
        return CsrVerdict.Good;
    }

    /// <summary>Makes a key and certificate for a control plane's TLS server.</summary>
    /// <param name="hosts">The DNS names and addresses that nodes and clients call it by; at least one.</param>
    /// <param name="now">The time.</param>
    /// <returns>The certificate with its private key, for a TLS server; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">There is no host, or one is no name.</exception>
    /// <exception cref="InvalidOperationException">The authority ends before the certificate would.</exception>
    public X509Certificate2 IssueControlPlane(IReadOnlyCollection<string> hosts, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        if (hosts.Count == 0) throw new ArgumentException("A control plane is called by a name or an address.", nameof(hosts));
        if (now + CertificateLifetime > NotAfter) throw new InvalidOperationException("The authority ends before the certificate would.");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName("control-plane");
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(NodeUri.ControlPlane));
        foreach (string host in hosts)
        {
            if (System.Net.IPAddress.TryParse(host, out System.Net.IPAddress? address)) names.AddIpAddress(address);
            else names.AddDnsName(host);
        }
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509Extension(CertificateProfile.AuthorityExtension, _certificate.RawData, critical: false));
        using X509Certificate2 signed = Sign(request, CertificateProfile.ServerUsage, now);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>Erases the private key.</summary>
    public void Dispose()
    {
        _key.Dispose();
        _certificate.Dispose();
    }

    /// <summary>A fixed text that does not show the key.</summary>
    public override string ToString() => "CertificateAuthority(hidden)";

    /// <summary>Signs data for one purpose. <see cref="CertificateBundle.VerifyList"/> checks it.</summary>
    /// <param name="purpose">Which kind of list; no signature of one kind serves as one of another.</param>
    /// <param name="data">What is signed.</param>
    /// <param name="signature">Exactly <see cref="SignatureSize"/> bytes.</param>
    internal void SignList(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> data, Span<byte> signature)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        HashList(purpose, data, digest);
        const DSASignatureFormat Format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation;
        if (!_key.TrySignHash(digest, signature, Format, out int written) || written != SignatureSize)
            throw new CryptographicException("The signature has another length than P-256 gives.");
    }

    internal static void HashList(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> data, Span<byte> digest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("Apex.Vpn list\0"u8);
        hash.AppendData(purpose);
        hash.AppendData("\0"u8);
        hash.AppendData(data);
        hash.GetHashAndReset(digest);
    }

    private X509Certificate2 Sign(CertificateRequest request, string usage, DateTimeOffset now)
    {
        DateTimeOffset begin = CertificateProfile.ToSeconds(now);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        return request.Create(
            _certificate.SubjectName,
            X509SignatureGenerator.CreateForECDsa(_key),
            begin - CertificateProfile.Backdating,
            begin + CertificateLifetime,
            CertificateProfile.NewSerial());
    }
}
