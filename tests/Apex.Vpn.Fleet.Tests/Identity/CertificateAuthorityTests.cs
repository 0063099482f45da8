using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Apex.Vpn.Fleet.Identity;
using Apex.Vpn.Fleet.Keys;

namespace Apex.Vpn.Fleet.Tests.Identity;

public sealed class CertificateAuthorityTests : IDisposable
{
    private readonly TestFleet _fleet = new();

    [Fact]
    public void A_node_gets_thirty_days_for_the_key_in_its_request()
    {
        using var keys = new EnrolmentKeys();
        Assert.Equal(CsrVerdict.Good, Issue(keys.CreateSigningRequest(_fleet.Node), out IssuedCertificate? issued));

        using X509Certificate2 certificate = keys.Join(issued!.Der.Span);
        Assert.True(certificate.HasPrivateKey);
        Assert.Equal(TestFleet.Now, issued.Issued);
        Assert.Equal(TestFleet.Now + TimeSpan.FromDays(30), issued.NotAfter);
        Assert.Equal($"CN={_fleet.Node}", certificate.Subject);
        Assert.Equal(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()), issued.KeyHash);
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
    }

    [Fact]
    public void Serial_numbers_are_random_and_positive()
    {
        UInt128[] serials = [.. Enumerable.Range(0, 50).Select(_ => _fleet.Issue().Serial)];

        Assert.Equal(serials.Length, serials.Distinct().Count());
        Assert.All(serials, static serial => Assert.Equal((UInt128)1, serial >> 126));
    }

    [Fact]
    public void Each_request_needs_a_key_of_its_own()
    {
        using var keys = new EnrolmentKeys();
        byte[] request = keys.CreateSigningRequest(_fleet.Node);
        Assert.Equal(CsrVerdict.Good, Issue(request, out IssuedCertificate? first));

        Assert.Equal(
            CsrVerdict.KeyNotFresh, _fleet.Authority.TryIssueNode(request, _fleet.Node, first!.KeyHash.Span, TestFleet.Now, out _));
    }

    [Fact]
    public void A_request_without_proof_of_its_key_is_refused()
    {
        using var keys = new EnrolmentKeys();
        byte[] request = keys.CreateSigningRequest(_fleet.Node);
        request[^1] ^= 1; // in the signature

        Assert.Equal(CsrVerdict.Malformed, Issue(request, out _));
    }

    [Fact]
    public void Keys_of_other_kinds_are_refused()
    {
        using ECDsa p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using RSA rsa = RSA.Create(2048);
        byte[] onP384 = new CertificateRequest("", p384, HashAlgorithmName.SHA256).CreateSigningRequest();
        byte[] byRsa = new CertificateRequest("", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest();

        Assert.Equal(CsrVerdict.WrongKey, Issue(onP384, out _));
        Assert.NotEqual(CsrVerdict.Good, Issue(byRsa, out _));
    }

    [Fact]
    public void A_request_names_nobody_or_the_node_itself()
    {
        Assert.Equal(CsrVerdict.Good, IssueFor(""));
        Assert.Equal(CsrVerdict.Good, IssueFor($"CN={_fleet.Node}"));
        Assert.Equal(CsrVerdict.WrongSubject, IssueFor($"CN={Guid.NewGuid()}"));
        Assert.Equal(CsrVerdict.WrongSubject, IssueFor("CN=control-plane"));
        Assert.Equal(CsrVerdict.WrongSubject, IssueFor($"CN={_fleet.Node}, O=Evil"));
    }

    [Fact]
    public void A_request_asks_for_no_extension_but_its_own_name()
    {
        string own = $"apex://node/{_fleet.Node}";
        Assert.Equal(CsrVerdict.Good, IssueFor("", request => TestFleet.AddUris(request, own)));
        Assert.Equal(
            CsrVerdict.ForbiddenExtension, IssueFor("", static request => TestFleet.AddUris(request, $"apex://node/{Guid.NewGuid()}")));
        Assert.Equal(CsrVerdict.ForbiddenExtension, IssueFor("", request => TestFleet.AddUris(request, own, "apex://role/control-plane")));
        Assert.Equal(CsrVerdict.ForbiddenExtension, IssueFor("", static request => TestFleet.AddUsage(request, "1.3.6.1.5.5.7.3.1")));
        Assert.Equal(CsrVerdict.ForbiddenExtension, IssueFor(
            "", static request => request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true))));
    }

    [Fact]
    public void Requests_are_bounded()
    {
        Assert.Equal(CsrVerdict.TooLong, Issue(new byte[CertificateAuthority.MaxRequestLength + 1], out _));
        Assert.Equal(CsrVerdict.Malformed, Issue([], out _));
    }

    [Fact]
    public void Hostile_requests_never_throw()
    {
        using var keys = new EnrolmentKeys();
        byte[] valid = keys.CreateSigningRequest(_fleet.Node);
        var random = new Random(20260101);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. valid];
            for (int n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (i % 3 == 0) bytes = bytes[..random.Next(bytes.Length)];
            if (bytes.AsSpan().SequenceEqual(valid)) continue;
            Assert.NotEqual(CsrVerdict.Good, Issue(bytes, out IssuedCertificate? issued));
            Assert.Null(issued);
        }
    }

    [Fact]
    public void The_authority_signs_nothing_that_outlives_it()
    {
        DateTimeOffset late = _fleet.Authority.NotAfter - TimeSpan.FromDays(29);
        using var keys = new EnrolmentKeys();

        Assert.Equal(
            CsrVerdict.AuthorityEnds, _fleet.Authority.TryIssueNode(keys.CreateSigningRequest(null), _fleet.Node, default, late, out _));
        Assert.Throws<InvalidOperationException>(() => _fleet.Authority.IssueControlPlane(["cp.example"], late));
        Assert.Throws<ArgumentOutOfRangeException>(static () => CertificateAuthority.Create("short", TestFleet.Now, TimeSpan.FromDays(30)));
    }

    [Fact]
    public async Task An_authority_survives_in_a_vault()
    {
        using var vault = new DevelopmentKeyVault(static _ => { });
        using SecretBytes key = _fleet.Authority.ExportPrivateKey();
        byte[] blob = await KeyEnvelope.SealAsync(vault, "ca", 1, key, default);

        using SecretBytes opened = await KeyEnvelope.OpenAsync(vault, "ca", 1, blob, default);
        using var loaded = CertificateAuthority.Load(_fleet.Authority.Certificate.Span, opened);

        Assert.True(loaded.KeyHash.Span.SequenceEqual(_fleet.Authority.KeyHash.Span));
        using var keys = new EnrolmentKeys();
        CsrVerdict verdict = loaded.TryIssueNode(
            keys.CreateSigningRequest(null), _fleet.Node, default, TestFleet.Now, out IssuedCertificate? issued);
        Assert.Equal(CsrVerdict.Good, verdict);
        var validator = new NodeCertificateValidator(_fleet.Bundle, null);
        Assert.Equal(CertificateVerdict.Valid, validator.Validate(issued!.Der.Span, TestFleet.Now, out _));
        using var other = CertificateAuthority.Create("other", TestFleet.Now);
        Assert.Throws<CryptographicException>(() => CertificateAuthority.Load(other.Certificate.Span, opened));
    }

    [Fact]
    public void A_control_plane_is_named_by_its_hosts()
    {
        using X509Certificate2 certificate = _fleet.Authority.IssueControlPlane(["cp.example", "192.0.2.7"], TestFleet.Now);
        var names = new X509SubjectAlternativeNameExtension(certificate.Extensions["2.5.29.17"]!.RawData);

        Assert.Equal(["cp.example"], names.EnumerateDnsNames());
        Assert.Equal(["192.0.2.7"], names.EnumerateIPAddresses().Select(static address => address.ToString()));
        Assert.True(certificate.HasPrivateKey);
        Assert.Throws<ArgumentException>(() => _fleet.Authority.IssueControlPlane([], TestFleet.Now));
    }

    [Fact]
    public void Nothing_secret_is_in_texts()
    {
        using var keys = new EnrolmentKeys();
        Assert.Equal("CertificateAuthority(hidden)", _fleet.Authority.ToString());
        Assert.Equal("EnrolmentKeys(hidden)", keys.ToString());
    }

    public void Dispose() => _fleet.Dispose();

    private CsrVerdict Issue(byte[] request, out IssuedCertificate? issued) =>
        _fleet.Authority.TryIssueNode(request, _fleet.Node, default, TestFleet.Now, out issued);

    private CsrVerdict IssueFor(string subject, Action<CertificateRequest>? shape = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        shape?.Invoke(request);
        return Issue(request.CreateSigningRequest(), out _);
    }
}
