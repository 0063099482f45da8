using System.Security.Cryptography.X509Certificates;
using Apex.Vpn.Fleet.Accounts;
using Apex.Vpn.Fleet.Identity;
using Apex.Vpn.Fleet.Keys;
using Apex.Vpn.Protocol;
using BenchmarkDotNet.Attributes;
using PublicKey = Apex.Vpn.Protocol.PublicKey;

namespace Apex.Vpn.Benchmarks.Fleet;

/// <summary>What a control plane does once for each enrolment, connection, login and request.</summary>
[MemoryDiagnoser]
public class IdentityBenchmarks
{
    private static readonly DateTimeOffset Now = new(2031, 5, 17, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Node = new("3f2504e0-4f89-41d3-9a0c-0305e82c3301");

    private readonly CertificateAuthority _authority = CertificateAuthority.Create("Benchmark", Now);
    private readonly PrivateKey _device = PrivateKey.Generate(), _verifier = PrivateKey.Generate();
    private readonly PasswordLogin _login = new(PasswordHashParameters.Default);
    private readonly byte[] _proof = new byte[KeyProof.Size];
    private readonly char[] _text = new char[AccessTokens.MaxTextLength];
    private byte[] _request = [];
    private NodeCertificateValidator _validator = null!;
    private X509Certificate2 _certificate = null!;
    private DeviceProofs _proofs = null!;
    private AccessTokens _tokens = null!;
    private PublicKey _devicePublic;
    private int _length;

    [GlobalSetup]
    public void Setup()
    {
        using var keys = new EnrolmentKeys();
        _request = keys.CreateSigningRequest(Node);
        _validator = new NodeCertificateValidator(CertificateBundle.Of(_authority), RevocationList.Sign(_authority, [1, 2, 3], 1, Now));
        _authority.TryIssueNode(_request, Node, default, Now, out IssuedCertificate? issued);
        _certificate = X509CertificateLoader.LoadCertificate(issued!.Der.Span);
        _proofs = new DeviceProofs(_verifier);
        _devicePublic = _device.DerivePublicKey();
        DeviceProofs.TryProveRefresh(_device, _proofs.PublicKey, "token", _proof);
        _tokens = new AccessTokens(SecretBytes.Generate(AccessTokens.KeySize), null);
        _length = _tokens.Write(
            new AccessClaims { Account = Node, Device = Node, Session = Node, Expires = Now.AddMinutes(10), Features = ["multihop"] }, _text);
    }

    [Benchmark]
    public CsrVerdict IssueNodeCertificate() => _authority.TryIssueNode(_request, Node, default, Now, out _);

    [Benchmark]
    public CertificateVerdict ValidateNodeCertificate() => _validator.Validate(_certificate, Now, out _);

    [Benchmark]
    public bool CheckPasswordOfNobody() => _login.Check(null, "correct horse", out _);

    [Benchmark]
    public bool CheckDeviceProof() => _proofs.IsRefresh(_devicePublic, "token", _proof);

    [Benchmark]
    public AccessTokenVerdict CheckAccessToken() => _tokens.Check(_text.AsSpan(0, _length), Now, out _);
}
