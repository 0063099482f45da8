using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Directory.Wire;
using FsCheck.Xunit;

namespace Apex.Vpn.Routing.Tests.Directory;

/// <summary>Nothing is believed that was not signed, for this, by a key that the roots certified for it.</summary>
public sealed class SignatureTests
{
    private static readonly byte[] List = Authority.Signer.SignList(Fleets.Small());
    private static readonly ServerList Held = Authority.Read(List);
    private static readonly byte[] Status = Authority.Signer.SignStatus(Held, Fleets.Status(Held, 1));
    private static readonly byte[] Profiles = Authority.Signer.SignProfiles(SomeProfiles);

    private static SignedProfiles SomeProfiles => new()
    {
        Sequence = 5,
        Issued = Authority.Start,
        NotAfter = Authority.Start.AddHours(2),
        Payload = new byte[] { 1, 2, 3, 4 },
    };

    public static TheoryData<string> Kinds => [nameof(List), nameof(Status), nameof(Profiles), nameof(Authority.Certificate)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_changed_bit_of_a_small_file_is_noticed(string kind)
    {
        byte[] file = FileOf(kind);
        Assert.Equal(DirectoryVerdict.Accepted, Read(kind, file));

        Assert.All(
            Enumerable.Range(0, 8 * file.Length),
            bit => Assert.NotEqual(DirectoryVerdict.Accepted, Read(kind, Authority.Turn(file, bit))));
    }

    [Fact]
    public void Changed_bits_of_a_large_list_are_noticed()
    {
        byte[] file = Authority.Signer.SignList(Fleets.Consumer(seed: 1));
        var random = new Random(1);

        Assert.All(Enumerable.Range(0, 1000).Select(_ => random.Next(8 * file.Length)), bit =>
            Assert.NotEqual(DirectoryVerdict.Accepted, ServerListReader.Read(Authority.Turn(file, bit), Authority.Trusted, out _)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_file_cut_or_extended_anywhere_is_no_file(string kind)
    {
        byte[] file = FileOf(kind);

        Assert.All(Enumerable.Range(0, file.Length), length => Assert.NotEqual(DirectoryVerdict.Accepted, Read(kind, file[..length])));
        Assert.Equal(DirectoryVerdict.Malformed, Read(kind, [.. file, 0]));
    }

    [Fact]
    public void No_signature_of_one_kind_fits_another()
    {
        string[] kinds = [nameof(List), nameof(Status), nameof(Profiles), nameof(Authority.Certificate)];
        foreach (string claimed in kinds)
        {
            foreach (string real in kinds.Where(kind => kind != claimed))
            {
                Assert.Equal(DirectoryVerdict.OtherKind, Read(claimed, FileOf(real)));
                // The same bytes under the magic of the other kind.
                byte[] disguised = [.. FileOf(claimed).AsSpan(0, 4), .. FileOf(real).AsSpan(4)];
                Assert.NotEqual(DirectoryVerdict.Accepted, Read(claimed, disguised));
            }
        }
    }

    [Fact]
    public void Each_kind_takes_a_key_that_is_certified_for_it()
    {
        foreach (KeyPurposes purposes in Enumerable.Range(1, 15).Select(static bits => (KeyPurposes)bits))
        {
            OnlineKeyCertificate certificate = Authority.Certify(Authority.Online, purposes);
            (FileKind Kind, KeyPurposes Needed, byte[] Body, string Name)[] files =
            [
                (FileKind.List, KeyPurposes.List, ListWriter.Write(Fleets.Small()), nameof(List)),
                (FileKind.Status, KeyPurposes.Status, StatusBody.Write(Held, Fleets.Status(Held, 1)), nameof(Status)),
                (FileKind.Profiles, KeyPurposes.Profiles, ProfilesBody.Write(SomeProfiles), nameof(Profiles)),
            ];
            Assert.All(files, file => Assert.Equal(
                purposes.HasFlag(file.Needed) ? DirectoryVerdict.Accepted : DirectoryVerdict.WrongPurpose,
                Read(file.Name, SignedFile.Seal(file.Kind, file.Body, Authority.Online, certificate))));
        }
    }

    [Fact]
    public void Another_key_under_the_certificate_of_the_right_one_signs_nothing()
    {
        using SigningKey thief = Authority.KeyOf(66);

        Assert.Equal(
            DirectoryVerdict.BadSignature,
            Read(nameof(List), SignedFile.Seal(FileKind.List, ListWriter.Write(Fleets.Small()), thief, Authority.Certificate)));
        Assert.Throws<ArgumentException>(() => new ListSigner(thief, Authority.Certificate));
    }

    [Fact]
    public void A_key_that_certified_itself_signs_nothing()
    {
        using SigningKey thief = Authority.KeyOf(66);
        OnlineKeyCertificate own = OnlineKeyCertificate.Issue(
            thief.PublicKey, Authority.Everything, 0, Authority.Start.AddDays(-1), Authority.Start.AddDays(89), thief);

        Assert.Equal(DirectoryVerdict.NotCertified, Read(nameof(List), new ListSigner(thief, own).SignList(Fleets.Small())));
    }

    [Fact]
    public void A_newer_major_version_asks_for_an_update_when_it_is_signed_and_only_then()
    {
        byte[] newer = Authority.Seal(FileKind.List, [1, 2, 3], major: 2);
        byte[] forged = [.. List];
        forged[4] = 2;

        Assert.Equal(DirectoryVerdict.UpdateNeeded, Read(nameof(List), newer));
        Assert.Equal(DirectoryVerdict.BadSignature, Read(nameof(List), forged));
        Assert.Equal(DirectoryVerdict.UpdateNeeded, Read(nameof(Status), Authority.Seal(FileKind.Status, [], major: 2)));
        Assert.Equal(DirectoryVerdict.UpdateNeeded, Read(nameof(Profiles), Authority.Seal(FileKind.Profiles, [], major: 200)));
    }

    [Fact]
    public void A_newer_minor_version_is_read()
    {
        Assert.Equal(
            DirectoryVerdict.Accepted,
            Read(nameof(List), Authority.Seal(FileKind.List, ListWriter.Write(Fleets.Small()), minor: 9)));
    }

    [Fact]
    public void No_file_speaks_of_a_time_that_its_certificate_does_not_cover()
    {
        DateTimeOffset begin = Authority.Certificate.NotBefore, end = Authority.Certificate.NotAfter;

        Assert.Equal(DirectoryVerdict.Accepted, At(begin, end));
        Assert.Equal(DirectoryVerdict.OutsideCertificate, At(begin.AddSeconds(-1), end));
        Assert.Equal(DirectoryVerdict.OutsideCertificate, At(begin, end.AddSeconds(1)));
        Assert.Throws<ArgumentException>(() => Authority.Signer.SignProfiles(Times(begin, end.AddSeconds(1))));

        static DirectoryVerdict At(DateTimeOffset issued, DateTimeOffset notAfter) =>
            Read(nameof(Profiles), Authority.Seal(FileKind.Profiles, ProfilesBody.Write(Times(issued, notAfter))));

        static SignedProfiles Times(DateTimeOffset issued, DateTimeOffset notAfter) =>
            new() { Sequence = 1, Issued = issued, NotAfter = notAfter, Payload = default };
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_looked_at()
    {
        Assert.Equal(DirectoryVerdict.TooLarge, ServerListReader.Read(new byte[ServerListReader.MaxSize + 1], Authority.Trusted, out _));
        Assert.Equal(DirectoryVerdict.TooLarge, StatusReader.Read(new byte[StatusReader.MaxSize + 1], Authority.Trusted, Held, out _));
        Assert.Equal(DirectoryVerdict.TooLarge, ProfilesReader.Read(new byte[ProfilesReader.MaxSize + 1], Authority.Trusted, out _));
        byte[] payload = new byte[ProfilesReader.MaxSize];
        var large = new SignedProfiles { Sequence = 1, Issued = Authority.Start, NotAfter = Authority.Start, Payload = payload };
        Assert.Throws<ArgumentException>(() => Authority.Signer.SignProfiles(large));
    }

    [Property(MaxTest = 300)]
    public bool No_bytes_make_a_reader_throw(byte[] bytes, int seed)
    {
        var random = new Random(seed);
        string[] kinds = [nameof(List), nameof(Status), nameof(Profiles)];
        foreach (byte[] file in new[] { List, Status, Profiles, Authority.Certificate.Bytes.ToArray() })
        {
            byte[] mutated = [.. file[..random.Next(file.Length)], .. bytes, .. file[random.Next(file.Length)..]];
            foreach (byte[] input in new[] { bytes, mutated, [.. file.AsSpan(0, 4), .. bytes] })
            {
                if (kinds.Any(kind => Read(kind, input) == DirectoryVerdict.Accepted && !input.SequenceEqual(FileOf(kind)))) return false;
                OnlineKeyCertificate.ReadUnverified(input, out _);
            }
        }
        return true;
    }

    private static byte[] FileOf(string kind) => kind switch
    {
        nameof(List) => List,
        nameof(Status) => Status,
        nameof(Profiles) => Profiles,
        _ => Authority.Certificate.Bytes.ToArray(),
    };

    private static DirectoryVerdict Read(string kind, byte[] file) => kind switch
    {
        nameof(List) => ServerListReader.Read(file, Authority.Trusted, out _),
        nameof(Status) => StatusReader.Read(file, Authority.Trusted, Held, out _),
        nameof(Profiles) => ProfilesReader.Read(file, Authority.Trusted, out _),
        _ => OnlineKeyCertificate.ReadTrusted(file, Authority.Trusted, out _),
    };
}
