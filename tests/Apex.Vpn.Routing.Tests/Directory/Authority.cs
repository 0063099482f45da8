using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Directory.Wire;

namespace Apex.Vpn.Routing.Tests.Directory;

/// <summary>Whoever signs the lists of the tests: three roots, an online key, and what they certify. Always the same keys.</summary>
internal sealed class Authority
{
    internal static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    internal const KeyPurposes Everything = KeyPurposes.List | KeyPurposes.Status | KeyPurposes.Profiles | KeyPurposes.Notices;

    internal static readonly SigningKey[] Roots = [KeyOf(1), KeyOf(2), KeyOf(3)];
    internal static readonly SigningKey Online = KeyOf(10);

    internal static TrustRoots Trusted { get; } = new(Roots[0].PublicKey);

    internal static OnlineKeyCertificate Certificate { get; } = Certify(Online);

    internal static ListSigner Signer { get; } = new(Online, Certificate);

    internal static SigningKey KeyOf(byte seed) => new([.. Enumerable.Repeat(seed, SecretKey.Size)]);

    /// <summary>Certified by the first root for 90 days from a day before <see cref="Start"/>.</summary>
    internal static OnlineKeyCertificate Certify(SigningKey key, KeyPurposes purposes = Everything, uint generation = 0) =>
        OnlineKeyCertificate.Issue(key.PublicKey, purposes, generation, Start.AddDays(-1), Start.AddDays(89), Roots[0]);

    /// <summary>A file whose body is whatever it is.</summary>
    internal static byte[] Seal(FileKind kind, ReadOnlySpan<byte> body, byte major = 1, byte minor = 0) =>
        SignedFile.Seal(kind, body, Online, Certificate, major, minor);

    internal static ServerList Read(byte[] file)
    {
        DirectoryVerdict verdict = ServerListReader.Read(file, Trusted, out ServerList? list);
        Assert.Equal(DirectoryVerdict.Accepted, verdict);
        return list!;
    }

    /// <summary>A file with one bit turned.</summary>
    internal static byte[] Turn(byte[] file, int bit)
    {
        byte[] turned = [.. file];
        turned[bit / 8] ^= (byte)(1 << (bit % 8));
        return turned;
    }
}
