using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Directory.Wire;

namespace Apex.Vpn.Routing.Tests.Directory;

/// <summary>Three bytes a server say how it is, in the order of one list.</summary>
public sealed class StatusTests
{
    private static readonly ServerList List = Authority.Read(Authority.Signer.SignList(Fleets.Small(servers: 5)));

    [Fact]
    public void A_status_is_read_as_it_was_written_in_steps_of_a_255th()
    {
        StatusSnapshot written = new()
        {
            Sequence = 12,
            Issued = Authority.Start,
            NotAfter = Authority.Start.AddSeconds(45),
            Servers =
            [
                new ServerStatus(ServerStates.InService, 0, 1),
                new ServerStatus(ServerStates.None, 1, 0),
                new ServerStatus(ServerStates.Healthy, 51 / 255.0, 204 / 255.0),
                new ServerStatus((ServerStates)0xF0, 0.5, 0.5),
                new ServerStatus(ServerStates.InService, -3, 7),
            ],
        };
        Assert.Equal(
            DirectoryVerdict.Accepted,
            StatusReader.Read(Authority.Signer.SignStatus(List, written), Authority.Trusted, List, out StatusSnapshot? read));

        Assert.Equal((12, written.Issued, written.NotAfter, List.Digest), (read!.Sequence, read.Issued, read.NotAfter, read.List));
        Assert.Equal(written.Servers.Take(3), read.Servers.Take(3));
        Assert.Equal((ServerStates)0xF0, read.Servers[3].States);
        Assert.InRange(read.Servers[3].Load, 0.5 - (1 / 510.0), 0.5 + (1 / 510.0));
        Assert.Equal(new ServerStatus(ServerStates.InService, 0, 1), read.Servers[4]);
    }

    [Fact]
    public void A_status_speaks_of_one_list_and_of_all_its_servers()
    {
        ServerList other = Authority.Read(Authority.Signer.SignList(Fleets.Small(version: 2, servers: 5)));
        byte[] file = Authority.Signer.SignStatus(List, Fleets.Status(List, 1));

        Assert.Equal(DirectoryVerdict.OtherList, StatusReader.Read(file, Authority.Trusted, other, out _));
        Assert.Throws<ArgumentException>(() => Authority.Signer.SignStatus(Fleets.Small(), Fleets.Status(List, 1)));
        Assert.Throws<ArgumentException>(() => Authority.Signer.SignStatus(List, Fleets.Status(Fleets.Small(), 1)));
    }

    [Fact]
    public void A_status_of_a_list_with_skipped_entries_still_means_the_right_servers()
    {
        ServerList whole = Fleets.Small(servers: 4);
        byte[] body = ListWriter.Write(new ServerList
        {
            Version = 1,
            Issued = whole.Issued,
            Expires = whole.Expires,
            Servers = [whole.Servers[0], whole.Servers[0], whole.Servers[1], whole.Servers[2]],
        });
        ServerList list = Authority.Read(Authority.Seal(FileKind.List, body));
        byte[] status = [.. StatusBody.Write(list, Fleets.Status(list, 1))[..^12], 1, 10, 255, 2, 20, 255, 3, 30, 255, 4, 40, 255];
        Assert.Equal(
            DirectoryVerdict.Accepted,
            StatusReader.Read(Authority.Seal(FileKind.Status, status), Authority.Trusted, list, out StatusSnapshot? read));

        Assert.Equal([1, 3, 4], read!.Servers.Select(static server => (int)server.States));
        // And the control plane writes what such a client reads.
        Assert.Equal(
            DirectoryVerdict.Accepted,
            StatusReader.Read(Authority.Signer.SignStatus(list, read), Authority.Trusted, list, out StatusSnapshot? again));
        Assert.Equal(read.Servers, again!.Servers);
    }

    [Fact]
    public void Nothing_but_the_form_that_it_has_is_a_status()
    {
        StatusSnapshot good = Fleets.Status(List, 1);
        byte[] body = StatusBody.Write(List, good);
        int countAt = ListDigest.Size + 24;

        Assert.Equal(DirectoryVerdict.Accepted, Read(body));
        Assert.Equal(DirectoryVerdict.Accepted, Read([.. body, 1, 2, 3]));  // of a newer minor version
        Assert.Equal(DirectoryVerdict.Malformed, Read(body[..^1]));
        Assert.Equal(DirectoryVerdict.Malformed, Read([.. body[..countAt], 4, .. body[(countAt + 1)..]]));
        Assert.Equal(DirectoryVerdict.Malformed, Read([.. body[..(countAt + 1)], 2, .. body[(countAt + 2)..]]));
        Assert.Equal(DirectoryVerdict.Malformed, Read([.. body[..(countAt + 1)], 9, .. new byte[45]]));
        Assert.Equal(DirectoryVerdict.Malformed, Read(StatusBody.Write(List, Fleets.Status(List, 0))));
        Assert.Equal(DirectoryVerdict.Malformed, Read(StatusBody.Write(List, Lasting(91))));
        Assert.Equal(DirectoryVerdict.Malformed, Read(StatusBody.Write(List, Lasting(-1))));
        Assert.Throws<ArgumentException>(() => Authority.Signer.SignStatus(List, Lasting(91)));

        StatusSnapshot Lasting(int seconds) =>
            new() { Sequence = 1, Issued = good.Issued, NotAfter = good.Issued.AddSeconds(seconds), Servers = good.Servers };
    }

    [Fact]
    public void Up_to_eight_bytes_a_server_are_read_and_those_that_are_not_known_are_overlooked()
    {
        byte[] before = StatusBody.Write(List, Fleets.Status(List, 1))[..(ListDigest.Size + 25)];
        byte[] body = [.. before, 8, .. Enumerable.Range(0, 40).Select(static i => (byte)i)];
        Assert.Equal(
            DirectoryVerdict.Accepted,
            StatusReader.Read(Authority.Seal(FileKind.Status, body), Authority.Trusted, List, out StatusSnapshot? read));

        Assert.Equal([0, 8, 16, 24, 32], read!.Servers.Select(static server => (int)server.States));
        Assert.Equal([1, 9, 17, 25, 33], read.Servers.Select(static server => (int)Math.Round(server.Load * 255)));
    }

    [Fact]
    public void No_body_makes_the_reader_throw()
    {
        byte[] good = StatusBody.Write(List, Fleets.Status(List, 1));
        var random = new Random(3);
        for (int i = 0; i < 2000; i++)
        {
            byte[] body = [.. good[..random.Next(good.Length + 1)]];
            if (body.Length > 0) body[random.Next(body.Length)] = (byte)random.Next(256);
            DirectoryVerdict verdict = StatusBody.Read(body, List, 0, default, out StatusSnapshot? status);
            Assert.Equal(verdict == DirectoryVerdict.Accepted, status is not null);
        }
    }

    private static DirectoryVerdict Read(byte[] body) =>
        StatusReader.Read(Authority.Seal(FileKind.Status, body), Authority.Trusted, List, out _);
}
