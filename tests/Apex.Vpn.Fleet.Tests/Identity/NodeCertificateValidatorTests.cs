using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Apex.Vpn.Fleet.Identity;

namespace Apex.Vpn.Fleet.Tests.Identity;

public sealed class NodeCertificateValidatorTests : IDisposable
{
    private const string Client = "1.3.6.1.5.5.7.3.2", Server = "1.3.6.1.5.5.7.3.1";

    private readonly TestFleet _fleet = new();

    [Fact]
    public void A_nodes_certificate_says_which_node_it_is()
    {
        IssuedCertificate issued = _fleet.Issue();

        Assert.Equal(CertificateVerdict.Valid, Validate(issued.Der.Span, TestFleet.Now, out NodeIdentity identity));
        Assert.Equal(new NodeIdentity(_fleet.Node, issued.Serial, issued.NotAfter), identity);
    }

    [Fact]
    public void Dates_are_kept_to_the_second()
    {
        DateTimeOffset made = TestFleet.Now.AddDays(1);
        IssuedCertificate issued = _fleet.Issue(made);
        DateTimeOffset begin = made - TimeSpan.FromMinutes(5), end = issued.NotAfter;

        Assert.Equal(CertificateVerdict.NotYetValid, Validate(issued.Der.Span, begin - TimeSpan.FromSeconds(1), out _));
        Assert.Equal(CertificateVerdict.Valid, Validate(issued.Der.Span, begin, out _));
        Assert.Equal(CertificateVerdict.Valid, Validate(issued.Der.Span, end, out _));
        Assert.Equal(CertificateVerdict.Expired, Validate(issued.Der.Span, end + TimeSpan.FromSeconds(1), out NodeIdentity identity));
        Assert.Equal(default, identity);
    }

    [Fact]
    public void Another_fleets_certificate_is_not_believed()
    {
        using var other = new TestFleet();

        Assert.Equal(CertificateVerdict.Untrusted, Validate(other.Issue().Der.Span, TestFleet.Now, out _));
        var validator = new NodeCertificateValidator(_fleet.Bundle, null);
        Assert.Equal(CertificateVerdict.Missing, validator.Validate((X509Certificate2?)null, TestFleet.Now, out _));
        Assert.Equal(CertificateVerdict.Missing, Validate(default, TestFleet.Now, out _));
    }

    [Fact]
    public void A_control_planes_certificate_is_no_nodes()
    {
        using X509Certificate2 server = _fleet.Authority.IssueControlPlane(["cp.example"], TestFleet.Now);

        Assert.Equal(CertificateVerdict.WrongUsage, Validate(server.RawData, TestFleet.Now, out _));
        Assert.Equal(CertificateVerdict.Untrusted, Validate(_fleet.Authority.Certificate.Span, TestFleet.Now, out _)); // nor this
    }

    [Fact]
    public void What_the_authority_would_never_make_is_refused_even_with_its_signature()
    {
        string uri = $"apex://node/{_fleet.Node}";
        AssertForged(CertificateVerdict.WrongUsage, request => TestFleet.AddUris(request, uri));
        AssertForged(CertificateVerdict.WrongName, static request => TestFleet.AddUsage(request, Client));
        foreach (string[] uris in new[]
        {
            new[] { uri, uri }, [uri, "apex://role/control-plane"], ["apex://role/control-plane"], ["https://example.org/"], ["apex://node/none"],
            [uri.ToUpperInvariant().Replace("APEX://NODE", "apex://node", StringComparison.Ordinal)],
            [$"apex://node/{Guid.Empty}"], [uri + "?x"], [uri + "/"],
        })
        {
            AssertForged(CertificateVerdict.WrongName, request =>
            {
                TestFleet.AddUsage(request, Client);
                TestFleet.AddUris(request, uris);
            });
        }
        AssertForged(CertificateVerdict.Valid, request =>
        {
            TestFleet.AddUsage(request, Client);
            TestFleet.AddUris(request, uri);
        });
        using ECDsa p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        AssertForged(CertificateVerdict.WrongKey, static request => TestFleet.AddUsage(request, Client), p384);
    }

    // A node's key signs a certificate for another node: the chain has three links then.
    [Fact]
    public void A_node_is_no_authority()
    {
        using ECDsa nodeKey = ECDsa.Create(ECCurve.NamedCurves.nistP256), childKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] csr = new CertificateRequest("", nodeKey, HashAlgorithmName.SHA256).CreateSigningRequest();
        Assert.Equal(
            CsrVerdict.Good, _fleet.Authority.TryIssueNode(csr, _fleet.Node, default, TestFleet.Now, out IssuedCertificate? issued));
        using X509Certificate2 node = X509CertificateLoader.LoadCertificate(issued!.Der.Span);
        var request = new CertificateRequest("CN=child", childKey, HashAlgorithmName.SHA256);
        TestFleet.AddUsage(request, Client);
        TestFleet.AddUris(request, $"apex://node/{Guid.NewGuid()}");
        using X509Certificate2 child = request.Create(
            node.SubjectName, X509SignatureGenerator.CreateForECDsa(nodeKey), TestFleet.Now, TestFleet.Now + TimeSpan.FromDays(1), [5]);

        Assert.Equal(CertificateVerdict.Untrusted, Validate(child.RawData, TestFleet.Now, out _));
    }

    [Fact]
    public void A_revoked_certificate_is_refused_and_others_are_not()
    {
        IssuedCertificate revoked = _fleet.Issue(), good = _fleet.Issue();
        var list = RevocationList.Sign(_fleet.Authority, [revoked.Serial, 1, UInt128.MaxValue], 1, TestFleet.Now);
        var validator = new NodeCertificateValidator(_fleet.Bundle, list);

        Assert.Equal(CertificateVerdict.Revoked, validator.Validate(revoked.Der.Span, TestFleet.Now, out NodeIdentity identity));
        Assert.Equal(default, identity);
        Assert.Equal(CertificateVerdict.Valid, validator.Validate(good.Der.Span, TestFleet.Now, out _));
    }

    [Fact]
    public void Both_authorities_are_believed_while_they_change()
    {
        using var next = CertificateAuthority.Create("Next", TestFleet.Now);
        using CertificateBundle both = CertificateBundle.Of(_fleet.Authority, next), after = CertificateBundle.Of(next);
        using var keys = new EnrolmentKeys();
        CsrVerdict verdict = next.TryIssueNode(
            keys.CreateSigningRequest(null), _fleet.Node, default, TestFleet.Now, out IssuedCertificate? young);
        Assert.Equal(CsrVerdict.Good, verdict);
        byte[] old = _fleet.Issue().Der.ToArray();

        Assert.Equal(CertificateVerdict.Valid, new NodeCertificateValidator(both, null).Validate(old, TestFleet.Now, out _));
        Assert.Equal(CertificateVerdict.Valid, new NodeCertificateValidator(both, null).Validate(young!.Der.Span, TestFleet.Now, out _));
        Assert.Equal(CertificateVerdict.Untrusted, new NodeCertificateValidator(after, null).Validate(old, TestFleet.Now, out _));
        Assert.Equal(CertificateVerdict.Untrusted, Validate(young.Der.Span, TestFleet.Now, out _));
    }

    [Fact]
    public void An_authority_that_ended_vouches_for_nobody()
    {
        using X509Certificate2 eternal = _fleet.Forge(
            request =>
            {
                TestFleet.AddUsage(request, Client);
                TestFleet.AddUris(request, $"apex://node/{_fleet.Node}");
            },
            end: TimeSpan.FromDays(4000));

        Assert.Equal(CertificateVerdict.Valid, Validate(eternal.RawData, TestFleet.Now + TimeSpan.FromDays(3650), out _));
        Assert.Equal(CertificateVerdict.Untrusted, Validate(eternal.RawData, TestFleet.Now + TimeSpan.FromDays(3651), out _));
    }

    [Fact]
    public void Hostile_certificates_never_throw()
    {
        byte[] valid = _fleet.Issue().Der.ToArray();
        var random = new Random(60221023);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. valid];
            for (int n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (i % 3 == 0) bytes = bytes[..random.Next(bytes.Length)];
            if (bytes.AsSpan().SequenceEqual(valid)) continue;
            Assert.NotEqual(CertificateVerdict.Valid, Validate(bytes, TestFleet.Now, out NodeIdentity identity));
            Assert.Equal(default, identity);
        }
        Assert.Equal(CertificateVerdict.Malformed, Validate(new byte[100_000], TestFleet.Now, out _));
    }

    [Fact]
    public void A_bundle_is_read_as_it_was_written()
    {
        using var next = CertificateAuthority.Create("Next", TestFleet.Now);
        using CertificateBundle both = CertificateBundle.Of(_fleet.Authority, next);

        Assert.True(CertificateBundle.TryParse(both.ToPem(), out CertificateBundle? read));
        Assert.Equal(2, read.Count);
        Assert.Equal(
            CertificateVerdict.Valid, new NodeCertificateValidator(read, null).Validate(_fleet.Issue().Der.Span, TestFleet.Now, out _));
        read.Dispose();

        Assert.False(CertificateBundle.TryParse("", out _));
        Assert.False(CertificateBundle.TryParse(both.ToPem() + _fleet.Bundle.ToPem(), out _)); // three
        using X509Certificate2 node = X509CertificateLoader.LoadCertificate(_fleet.Issue().Der.Span);
        Assert.False(CertificateBundle.TryParse(node.ExportCertificatePem(), out _)); // no authority
        Assert.False(CertificateBundle.TryParse(new string('x', CertificateBundle.MaxTextLength + 1), out _));
        string pem = both.ToPem();
        var random = new Random(3);
        for (int i = 0; i < 500; i++)
        {
            char[] text = pem.ToCharArray();
            text[random.Next(text.Length)] = (char)random.Next(1, 127);
            if (CertificateBundle.TryParse(text, out CertificateBundle? any)) any.Dispose();
        }
    }

    public void Dispose() => _fleet.Dispose();

    private CertificateVerdict Validate(ReadOnlySpan<byte> der, DateTimeOffset now, out NodeIdentity identity) =>
        new NodeCertificateValidator(_fleet.Bundle, null).Validate(der, now, out identity);

    private void AssertForged(CertificateVerdict expected, Action<CertificateRequest> shape, ECDsa? key = null)
    {
        using X509Certificate2 forged = _fleet.Forge(shape, key);
        Assert.Equal(expected, Validate(forged.RawData, TestFleet.Now, out _));
    }
}
