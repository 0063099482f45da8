using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Apex.Vpn.Fleet.Identity;

namespace Apex.Vpn.Fleet.Tests.Identity;

/// <summary>An authority, its bundle, and certificates made for tests, at a time of their own.</summary>
internal sealed class TestFleet : IDisposable
{
    internal static readonly DateTimeOffset Now = new(2031, 5, 17, 12, 0, 0, TimeSpan.Zero);

    internal TestFleet()
    {
        Authority = CertificateAuthority.Create("Test fleet", Now);
        Bundle = CertificateBundle.Of(Authority);
    }

    internal CertificateAuthority Authority { get; }

    internal CertificateBundle Bundle { get; }

    internal Guid Node { get; } = new("3f2504e0-4f89-41d3-9a0c-0305e82c3301");

    internal IssuedCertificate Issue(DateTimeOffset? now = null)
    {
        using var keys = new EnrolmentKeys();
        byte[] request = keys.CreateSigningRequest(Node);
        Assert.Equal(CsrVerdict.Good, Authority.TryIssueNode(request, Node, default, now ?? Now, out IssuedCertificate? issued));
        return issued!;
    }

    /// <summary>A certificate that this authority would never make, made with its key all the same.</summary>
    internal X509Certificate2 Forge(Action<CertificateRequest> shape, ECDsa? key = null, TimeSpan? end = null)
    {
        using ECDsa own = key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=forged", own, HashAlgorithmName.SHA256);
        shape(request);
        using X509Certificate2 authority = X509CertificateLoader.LoadCertificate(Authority.Certificate.Span);
        using var secret = Authority.ExportPrivateKey();
        using ECDsa signer = ECDsa.Create();
        signer.ImportPkcs8PrivateKey(secret.Span, out _);
        return request.Create(
            authority.SubjectName, X509SignatureGenerator.CreateForECDsa(signer), Now, Now + (end ?? TimeSpan.FromDays(1)), [1, 2, 3]);
    }

    internal static void AddUsage(CertificateRequest request, string usage) =>
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));

    internal static void AddUris(CertificateRequest request, params string[] uris)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (string uri in uris) names.AddUri(new Uri(uri));
        request.CertificateExtensions.Add(names.Build());
    }

    public void Dispose()
    {
        Bundle.Dispose();
        Authority.Dispose();
    }
}
