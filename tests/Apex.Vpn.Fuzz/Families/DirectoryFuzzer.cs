using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Directory.Wire;

namespace Apex.Vpn.Fuzz.Families;

/// <summary>
/// Lists, statuses, profiles and certificates, right and damaged. What was damaged and not signed anew is not believed; the body of a list,
/// damaged before it is signed, gives servers and defects, and what it gives is written and read again.
/// </summary>
internal sealed class DirectoryFuzzer : Fuzzer
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private readonly FuzzDice _dice;
    private readonly SigningKey _key = new([.. Enumerable.Repeat((byte)7, SecretKey.Size)]);
    private readonly TrustRoots _roots;
    private readonly OnlineKeyCertificate _certificate;
    private readonly ListSigner _signer;
    private byte[] _input = [];
    private long _servers;
    private long _skipped;
    private long _statuses;
    private long _refused;

    internal DirectoryFuzzer(ulong seed)
    {
        _dice = new FuzzDice(seed);
        _roots = new TrustRoots(_key.PublicKey);
        _certificate = OnlineKeyCertificate.Issue(_key.PublicKey, (KeyPurposes)15, 0, Start.AddDays(-1), Start.AddDays(90), _key);
        _signer = new ListSigner(_key, _certificate);
    }

    internal override string LastInput => Convert.ToHexString(_input);

    internal override void Feed()
    {
        switch (_dice.Below(8))
        {
            case 0:
                DamageFile();
                break;
            case 1 or 2:
                FeedStatus();
                break;
            default:
                FeedList();
                break;
        }
    }

    internal override void Check()
    {
    }

    public override void Dispose() => _key.Dispose();

    internal override void Finish(FuzzTally tally)
    {
        tally.Add("servers read from lists", _servers);
        tally.Add("entries of lists skipped", _skipped);
        tally.Add("statuses read", _statuses);
        tally.Add("signed files refused", _refused);
    }

    private void FeedList()
    {
        _input = ListWriter.Write(MakeList());
        if (!_dice.OneIn(4)) _dice.Damage(_input);
        if (_dice.OneIn(8)) _input = _input[.._dice.Below(_input.Length + 1)];
        if (ListReader.Read(_input, default, _certificate, _roots) is not { } list) return;
        _servers += list.Servers.Count;
        _skipped += list.Defects.Count;
        FuzzException.Require(
            list.Servers.All(static server => server is { Keys.Count: > 0, Endpoints.Count: > 0, Capacity: > 0 }),
            "A server that is none was read.");
        int[] found = [.. Enumerable.Range(0, list.EntryCount).Select(list.IndexOfEntry).Where(static index => index >= 0)];
        FuzzException.Require(found.SequenceEqual(Enumerable.Range(0, list.Servers.Count)), "Entries and servers do not match.");
        ServerList? again = ListReader.Read(ListWriter.Write(list), default, _certificate, _roots);
        FuzzException.Require(again is { Defects.Count: 0 } && again.Servers.Count == list.Servers.Count, "What was read is not written.");
    }

    private void FeedStatus()
    {
        byte[] file = _signer.SignList(MakeList());
        FuzzException.Require(
            ServerListReader.Read(file, _roots, out ServerList? list) == DirectoryVerdict.Accepted,
            "A good list was refused.");
        var status = new StatusSnapshot
        {
            Sequence = 1 + _dice.Below(1000),
            Issued = Start,
            NotAfter = Start.AddSeconds(_dice.Below(91)),
            Servers = [.. list!.Servers.Select(_ => new ServerStatus((ServerStates)_dice.Below(256), _dice.Below(101) / 100.0, 1))],
        };
        _input = StatusBody.Write(list, status);
        if (_dice.OneIn(2)) _dice.Damage(_input);
        DirectoryVerdict verdict = StatusBody.Read(_input, list, 0, default, out StatusSnapshot? read);
        FuzzException.Require(read is null == (verdict != DirectoryVerdict.Accepted), "A verdict without its status.");
        if (read is null) return;
        FuzzException.Require(read.Servers.Count == list.Servers.Count, "A status of other servers.");
        _statuses++;
    }

    private void DamageFile()
    {
        byte[] good = _dice.Below(3) switch
        {
            0 => _signer.SignList(MakeList()),
            1 => _signer.SignProfiles(MakeProfiles()),
            _ => _certificate.Bytes.ToArray(),
        };
        _input = [.. good];
        _dice.Damage(_input);
        if (_dice.OneIn(4)) _input = _input[.._dice.Below(_input.Length + 1)];
        if (_input.AsSpan().SequenceEqual(good)) return;
        bool isBelieved = ServerListReader.Read(_input, _roots, out _) == DirectoryVerdict.Accepted
            || ProfilesReader.Read(_input, _roots, out _) == DirectoryVerdict.Accepted
            || OnlineKeyCertificate.ReadTrusted(_input, _roots, out _) == DirectoryVerdict.Accepted;
        FuzzException.Require(!isBelieved, "A damaged file was believed.");
        _refused++;
    }

    private SignedProfiles MakeProfiles() => new() { Sequence = 1, Issued = Start, NotAfter = Start, Payload = new byte[_dice.Below(100)] };

    private ServerList MakeList() => new()
    {
        Version = 1,
        Issued = Start,
        Expires = Start.AddDays(_dice.Below(80)),
        Servers = [.. Enumerable.Range(1, _dice.Below(6)).Select(MakeServer)],
        RevokedKeys = [.. Enumerable.Range(0, _dice.Below(3)).Select(_ => MakeKey())],
        NoticeCertificates = _dice.OneIn(4) ? [_certificate] : [],
    };

    private Server MakeServer(int i) => new()
    {
        Id = new Guid(i, 0, 0, BitConverter.GetBytes(_dice.Next())),
        Name = $"node-{i}",
        Place = new Place($"City {_dice.Below(3)}", CountryCode.Parse("NL"), new GeoPoint(_dice.Below(181) - 90, _dice.Below(361) - 180)),
        Provider = _dice.OneIn(2) ? "" : "Example",
        Endpoints = [.. Enumerable.Range(0, 1 + _dice.Below(4)).Select(_ => MakeEndpoint())],
        Keys = [.. Enumerable.Range(0, 1 + _dice.Below(4)).Select(_ => MakeIdentity())],
        Features = (ServerFeatures)_dice.Next(),
        Capacity = _dice.Between(1, 100_000),
    };

    private ServerEndpoint MakeEndpoint() => new((TransportKind)_dice.Between(1, 6), MakeAddress());

    private ServerKey MakeIdentity() => new(MakeKey(), Start.AddDays(-_dice.Below(99)), Start.AddDays(_dice.Below(99)));

    private PublicKey MakeKey()
    {
        byte[] bytes = new byte[PublicKey.Size];
        _dice.Fill(bytes);
        return new PublicKey(bytes);
    }

    private UdpEndpoint MakeAddress() => _dice.OneIn(2)
        ? UdpEndpoint.FromIPv4(1 + (uint)_dice.Below(1000), (ushort)_dice.Between(1, 65535))
        : UdpEndpoint.FromIPv6(((UInt128)0x2001_0DB8 << 96) + (uint)_dice.Below(1000), (ushort)_dice.Between(1, 65535));
}
