using System.Buffers.Binary;
using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Tests.Directory;

/// <summary>Offline roots certify online keys: one alone, or so many of several.</summary>
public sealed class CertificateTests
{
    private static readonly TrustRoots TwoOfThree = new(2, [.. Authority.Roots.Select(static root => root.PublicKey)]);

    [Fact]
    public void Two_of_three_roots_are_enough_and_one_is_not()
    {
        Assert.All(Subsets(), static signers => Assert.Equal(
            signers.Length >= 2 ? DirectoryVerdict.Accepted : DirectoryVerdict.NotCertified,
            Read(Issue(signers), TwoOfThree)));
    }

    [Fact]
    public void A_list_under_a_threshold_is_read_and_no_changed_bit_of_it_is()
    {
        OnlineKeyCertificate certificate = Issue(Authority.Roots);
        byte[] file = new ListSigner(Authority.Online, certificate).SignList(Fleets.Small(servers: 1));
        Assert.Equal(DirectoryVerdict.Accepted, ServerListReader.Read(file, TwoOfThree, out _));

        Assert.All(Enumerable.Range(0, 8 * file.Length), bit =>
            Assert.NotEqual(DirectoryVerdict.Accepted, ServerListReader.Read(Authority.Turn(file, bit), TwoOfThree, out _)));
    }

    [Fact]
    public void A_root_counts_once_however_often_it_signs()
    {
        byte[] once = Issue(Authority.Roots[0]).Bytes.ToArray();
        byte[] twice = [.. once, .. once.AsSpan(once.Length - 72)];
        twice[once.Length - 73] = 2;

        Assert.Equal(DirectoryVerdict.Malformed, OnlineKeyCertificate.ReadTrusted(twice, TwoOfThree, out _));
        Assert.Throws<ArgumentException>(() => Issue(Authority.Roots[0], Authority.Roots[0]));
    }

    [Fact]
    public void A_root_that_is_not_trusted_is_overlooked()
    {
        using SigningKey stranger = Authority.KeyOf(77);

        Assert.Equal(DirectoryVerdict.Accepted, Read(Issue(Authority.Roots[0], stranger, Authority.Roots[2]), TwoOfThree));
        Assert.Equal(DirectoryVerdict.NotCertified, Read(Issue(Authority.Roots[0], stranger), TwoOfThree));
    }

    [Fact]
    public void Roots_need_not_meet()
    {
        OnlineKeyCertificate first = Issue(Authority.Roots[1]);
        OnlineKeyCertificate both = first.SignedAlsoBy(Authority.Roots[0]);

        Assert.Equal(Issue(Authority.Roots[0], Authority.Roots[1]).Bytes.ToArray(), both.Bytes.ToArray());
        Assert.Equal(DirectoryVerdict.Accepted, Read(both, TwoOfThree));
        Assert.Throws<ArgumentException>(() => both.SignedAlsoBy(Authority.Roots[1]));
    }

    [Fact]
    public void What_was_certified_is_read()
    {
        OnlineKeyCertificate issued = OnlineKeyCertificate.Issue(
            Authority.Online.PublicKey,
            KeyPurposes.Status | KeyPurposes.Notices,
            generation: 3,
            Authority.Start,
            Authority.Start.AddDays(90),
            Authority.Roots[0]);
        DirectoryVerdict verdict = OnlineKeyCertificate.ReadTrusted(issued.Bytes.Span, Authority.Trusted, out OnlineKeyCertificate? read);

        Assert.Equal(DirectoryVerdict.Accepted, verdict);
        Assert.Equal(Authority.Online.PublicKey, read!.Key);
        Assert.Equal(KeyPurposes.Status | KeyPurposes.Notices, read.Purposes);
        Assert.Equal(
            (3u, Authority.Start, Authority.Start.AddDays(90), 1),
            (read.Generation, read.NotBefore, read.NotAfter, read.RootSignatures));
        Assert.Equal(135, issued.Bytes.Length);
    }

    [Fact]
    public void What_a_newer_minor_version_adds_is_overlooked_and_a_newer_major_one_asks_for_an_update()
    {
        byte[] body = Authority.Certificate.Bytes.ToArray()[8..62];

        Assert.Equal(
            DirectoryVerdict.Accepted,
            OnlineKeyCertificate.ReadTrusted(Assemble(1, 7, [.. body, 1, 2, 3]), Authority.Trusted, out _));
        Assert.Equal(DirectoryVerdict.UpdateNeeded, OnlineKeyCertificate.ReadTrusted(Assemble(2, 0, [1, 2, 3]), Authority.Trusted, out _));
        Assert.Equal(DirectoryVerdict.Malformed, OnlineKeyCertificate.ReadTrusted(Assemble(1, 0, body[..^1]), Authority.Trusted, out _));
    }

    [Fact]
    public void What_makes_no_sense_is_not_certified()
    {
        SignaturePublicKey key = Authority.Online.PublicKey;

        DateTimeOffset now = Authority.Start;
        SigningKey[] roots = Authority.Roots;
        Assert.Throws<ArgumentException>(() => OnlineKeyCertificate.Issue(key, KeyPurposes.None, 0, now, now, roots));
        Assert.Throws<ArgumentException>(() => OnlineKeyCertificate.Issue(key, KeyPurposes.List, 0, now, now.AddSeconds(-1), roots));
        Assert.Throws<ArgumentException>(() => OnlineKeyCertificate.Issue(key, KeyPurposes.List, 0, DateTimeOffset.MinValue, now, roots));
        Assert.Throws<ArgumentException>(() => OnlineKeyCertificate.Issue(key, KeyPurposes.List, 0, now, now));
        Assert.Throws<ArgumentException>(() => new TrustRoots(1));
        Assert.Throws<ArgumentException>(() => new TrustRoots(2, key));
        Assert.Throws<ArgumentException>(() => new TrustRoots(0, key));
        Assert.Throws<ArgumentException>(() => new TrustRoots(1, key, key));
    }

    private static IEnumerable<SigningKey[]> Subsets() =>
        Enumerable.Range(1, 7).Select(static set => Authority.Roots.Where((_, i) => (set & (1 << i)) != 0).ToArray());

    private static OnlineKeyCertificate Issue(params SigningKey[] roots) => OnlineKeyCertificate.Issue(
        Authority.Online.PublicKey, Authority.Everything, 0, Authority.Start.AddDays(-1), Authority.Start.AddDays(89), roots);

    private static DirectoryVerdict Read(OnlineKeyCertificate certificate, TrustRoots roots) =>
        OnlineKeyCertificate.ReadTrusted(certificate.Bytes.Span, roots, out _);

    private static byte[] Assemble(byte major, byte minor, byte[] body)
    {
        byte[] signedPart = [.. "APXC"u8, major, minor, (byte)body.Length, 0, .. body];
        byte[] id = new byte[8], signature = new byte[SignaturePublicKey.SignatureSize];
        BinaryPrimitives.WriteUInt64LittleEndian(id, TrustRoots.IdOf(Authority.Roots[0].PublicKey));
        Authority.Roots[0].Sign(signedPart, signature);
        return [.. signedPart, 1, .. id, .. signature];
    }
}
