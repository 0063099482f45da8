using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Apex.Vpn.Fleet.Identity;

namespace Apex.Vpn.Fleet.Tests.Identity;

public sealed class EnrolmentClientGateTests : IDisposable
{
    private readonly TestFleet _fleet = new();

    [Fact]
    public void A_control_plane_of_the_tokens_authority_is_believed()
    {
        using X509Certificate2 server = _fleet.Authority.IssueControlPlane(["cp.example"], TestFleet.Now);
        using X509Certificate2 root = X509CertificateLoader.LoadCertificate(_fleet.Authority.Certificate.Span);

        Assert.Equal(CertificateVerdict.Valid, Gate().Check(server, [], TestFleet.Now)); // the authority is inside
        Assert.Equal(CertificateVerdict.Valid, Gate().Check(server, [root], TestFleet.Now));
        Assert.Equal(CertificateVerdict.Expired, Gate().Check(server, [], TestFleet.Now.AddDays(31)));
        Assert.Equal(CertificateVerdict.Missing, Gate().Check(null, [], TestFleet.Now));
    }

    [Fact]
    public void Any_other_authority_is_refused_also_with_the_genuine_one_beside_it()
    {
        using var other = new TestFleet();
        using X509Certificate2 impostor = other.Authority.IssueControlPlane(["cp.example"], TestFleet.Now);
        using X509Certificate2 genuine = X509CertificateLoader.LoadCertificate(_fleet.Authority.Certificate.Span);

        Assert.Equal(CertificateVerdict.Untrusted, Gate().Check(impostor, [], TestFleet.Now));
        Assert.Equal(CertificateVerdict.Untrusted, Gate().Check(impostor, [genuine], TestFleet.Now));
    }

    [Fact]
    public void A_node_is_no_control_plane()
    {
        using X509Certificate2 node = X509CertificateLoader.LoadCertificate(_fleet.Issue().Der.Span);
        using X509Certificate2 root = X509CertificateLoader.LoadCertificate(_fleet.Authority.Certificate.Span);
        using X509Certificate2 nameless = _fleet.Forge(static request => TestFleet.AddUsage(request, "1.3.6.1.5.5.7.3.1"));

        Assert.Equal(CertificateVerdict.WrongUsage, Gate().Check(node, [root], TestFleet.Now));
        Assert.Equal(CertificateVerdict.WrongName, Gate().Check(nameless, [root], TestFleet.Now));
    }

    [Fact]
    public void Hostile_certificates_never_throw()
    {
        using X509Certificate2 server = _fleet.Authority.IssueControlPlane(["cp.example"], TestFleet.Now);
        byte[] valid = server.RawData;
        var random = new Random(77);
        for (int i = 0; i < 1500; i++)
        {
            byte[] bytes = [.. valid];
            bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
            X509Certificate2 changed;
            try
            {
                changed = X509CertificateLoader.LoadCertificate(bytes);
            }
            catch (System.Security.Cryptography.CryptographicException)
            {
                continue; // TLS itself does not get this far
            }
            using (changed) Assert.NotEqual(CertificateVerdict.Valid, Gate().Check(changed, [], TestFleet.Now));
        }
        Assert.Throws<ArgumentException>(static () => new EnrolmentClientGate(new byte[20]));
    }

    // The whole of it over TLS: what the node would say first is its secret.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Not_a_byte_of_the_secret_leaves_for_another_authority(bool genuine)
    {
        using var other = new TestFleet();
        using X509Certificate2 server = (genuine ? _fleet : other).Authority.IssueControlPlane(["localhost"], TestFleet.Now);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<string> heard = Serve(listener, server);

        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        await using (var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, chain, _) =>
            Gate().Check(
                certificate as X509Certificate2, chain?.ChainPolicy.ExtraStore ?? [], TestFleet.Now) == CertificateVerdict.Valid))
        {
            Task handshake = tls.AuthenticateAsClientAsync("localhost");
            if (genuine)
            {
                await handshake;
                await tls.WriteAsync("secret"u8.ToArray());
                await tls.ShutdownAsync();
            }
            else
            {
                await Assert.ThrowsAsync<AuthenticationException>(() => handshake);
                await Assert.ThrowsAsync<AuthenticationException>(async () => await tls.WriteAsync("secret"u8.ToArray()));
            }
        }

        Assert.Equal(genuine ? "secret" : "", await heard);
    }

    public void Dispose() => _fleet.Dispose();

    private EnrolmentClientGate Gate() => new(_fleet.Authority.KeyHash.Span);

    private static async Task<string> Serve(TcpListener listener, X509Certificate2 certificate)
    {
        using TcpClient connection = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(connection.GetStream());
        var heard = new StringBuilder();
        try
        {
            await tls.AuthenticateAsServerAsync(certificate);
            byte[] buffer = new byte[64];
            for (int n; (n = await tls.ReadAsync(buffer)) > 0;) heard.Append(Encoding.ASCII.GetString(buffer, 0, n));
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            // The other side hung up.
        }
        return heard.ToString();
    }
}
