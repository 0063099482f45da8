using Apex.Vpn.Fleet.Identity;
using Apex.Vpn.Testing;

namespace Apex.Vpn.Fleet.Tests.Identity;

/// <summary>What others think of our certificates.</summary>
public sealed class OpenSslTests : IDisposable
{
    private readonly TestFleet _fleet = new();
    private readonly TemporaryFolder _folder = new();

    [ProgramFact("openssl")]
    public async Task OpenSSL_verifies_a_nodes_certificate_for_clients_and_not_for_servers()
    {
        using var node = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(_fleet.Issue().Der.Span);
        await File.WriteAllTextAsync(_folder.File("ca.pem"), _fleet.Bundle.ToPem());
        await File.WriteAllTextAsync(_folder.File("node.pem"), node.ExportCertificatePem());

        Assert.Contains("node.pem: OK", await Verify("sslclient", 0, "node.pem"), StringComparison.Ordinal);
        Assert.Contains("unsuitable certificate purpose", await Verify("sslserver", 0, "node.pem"), StringComparison.Ordinal);
        Assert.Contains("has expired", await Verify("sslclient", 31, "node.pem"), StringComparison.Ordinal);
    }

    [ProgramFact("openssl")]
    public async Task OpenSSL_shows_the_nodes_name_and_a_serial_of_16_bytes()
    {
        using var node = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(_fleet.Issue().Der.Span);
        await File.WriteAllTextAsync(_folder.File("node.pem"), node.ExportCertificatePem());

        string text = await Run("x509", "-in", _folder.File("node.pem"), "-noout", "-text");

        Assert.Contains($"URI:apex://node/{_fleet.Node}", text, StringComparison.Ordinal);
        Assert.Contains("TLS Web Client Authentication", text, StringComparison.Ordinal);
        Assert.Contains("ASN1 OID: prime256v1", text, StringComparison.Ordinal);
        Assert.Contains("CA:FALSE", text, StringComparison.Ordinal);
        Assert.Matches("([0-9a-f]{2}:){15}[0-9a-f]{2}", text);
    }

    [ProgramFact("openssl")]
    public async Task OpenSSL_verifies_a_control_plane_with_our_own_extension_in_it()
    {
        using var server = _fleet.Authority.IssueControlPlane(["cp.example"], TestFleet.Now);
        await File.WriteAllTextAsync(_folder.File("ca.pem"), _fleet.Bundle.ToPem());
        await File.WriteAllTextAsync(_folder.File("cp.pem"), server.ExportCertificatePem());

        Assert.Contains("cp.pem: OK", await Verify("sslserver", 0, "cp.pem", "-verify_hostname", "cp.example"), StringComparison.Ordinal);
        Assert.Contains(
            "ostname mismatch", await Verify("sslserver", 0, "cp.pem", "-verify_hostname", "other.example"), StringComparison.Ordinal);
    }

    [ProgramFact("openssl")]
    public async Task A_request_that_OpenSSL_made_is_answered()
    {
        await Run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", _folder.File("key.pem"),
            "-subj", $"/CN={_fleet.Node}", "-outform", "DER", "-out", _folder.File("node.csr"));

        CsrVerdict verdict = _fleet.Authority.TryIssueNode(
            await File.ReadAllBytesAsync(_folder.File("node.csr")), _fleet.Node, default, TestFleet.Now, out _);

        Assert.Equal(CsrVerdict.Good, verdict);
    }

    [ProgramFact("openssl")]
    public async Task OpenSSL_reads_our_requests()
    {
        using var keys = new EnrolmentKeys();
        await File.WriteAllBytesAsync(_folder.File("ours.csr"), keys.CreateSigningRequest(_fleet.Node));

        string output = await Run("req", "-inform", "DER", "-in", _folder.File("ours.csr"), "-noout", "-verify");
        Assert.Contains("verify OK", output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _fleet.Dispose();
    }

    private Task<string> Verify(string purpose, int daysLater, string file, params string[] more) => Run(
    [
        "verify", "-CAfile", _folder.File("ca.pem"), "-no-CApath", "-purpose", purpose, "-x509_strict",
        "-attime", TestFleet.Now.AddDays(daysLater).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture),
        .. more, _folder.File(file),
    ]);

    private async Task<string> Run(params string[] arguments) =>
        (await Tool.RunAsync("openssl", arguments, _folder.Path, TimeSpan.FromSeconds(30))).Output;
}
