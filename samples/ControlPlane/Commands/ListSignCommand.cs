using System.CommandLine;
using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Samples.ControlPlane.Lists;

namespace Apex.Vpn.Samples.ControlPlane.Commands;

/// <summary><c>list sign</c>: makes a signed list of a JSON file.</summary>
internal static class ListSignCommand
{
    private const int DefaultDays = 30;

    internal static Command Create()
    {
        Option<FileInfo> input = new("--in") { Description = "The servers, in JSON.", HelpName = "FILE", Required = true };
        Option<FileInfo> key = new("--key") { Description = "The online key's private key.", HelpName = "FILE", Required = true };
        Option<FileInfo> certificate = new("--certificate")
        {
            Description = "The online key's certificate.",
            HelpName = "FILE",
            Required = true,
        };
        Option<FileInfo[]> notices = new("--notices")
        {
            Description = "A certificate of a further key that may sign notices; may be repeated.",
            HelpName = "FILE",
        };
        Option<FileInfo> output = new("--out") { Description = "The signed list to write.", HelpName = "FILE", Required = true };
        var command = new Command("sign", "Signs a server list. Its version must be above that of every list signed before.")
        {
            input, key, certificate, notices, output,
        };
        command.SetAction(parsed =>
        {
            using SigningKey signingKey = Files.ReadKey(parsed.GetRequiredValue(key));
            OnlineKeyCertificate signedBy = Files.ReadCertificate(parsed.GetRequiredValue(certificate));
            OnlineKeyCertificate[] further = [.. (parsed.GetValue(notices) ?? []).Select(Files.ReadCertificate)];
            ServerList list = Complete(ServersFile.Read(parsed.GetRequiredValue(input)), signedBy, further);
            byte[] file = Sign(signingKey, signedBy, list);
            Files.Write(parsed.GetRequiredValue(output), file);
            ServerListReader.ReadUnverified(file, out ServerList? read);
            new Report(parsed.InvocationConfiguration.Output).Facts(
                ("list", parsed.GetRequiredValue(output).ToString()),
                ("version", $"{read!.Version}"),
                ("servers", $"{read.Servers.Count}"),
                ("bytes", $"{file.Length}"),
                ("issued", Words.Of(read.Issued)),
                ("expires", Words.Of(read.Expires)),
                ("digest", read.Digest.ToString()));
        });
        return command;
    }

    // Without times in the file: from now on for 30 days, but no longer than the certificate.
    private static ServerList Complete(ServersFile servers, OnlineKeyCertificate certificate, OnlineKeyCertificate[] notices)
    {
        DateTimeOffset issued = servers.Issued ?? TimeProvider.System.GetUtcNow();
        DateTimeOffset usual = issued.AddDays(DefaultDays);
        DateTimeOffset expires = servers.Expires ?? (usual < certificate.NotAfter ? usual : certificate.NotAfter);
        return servers.ToList(issued, expires, notices);
    }

    private static byte[] Sign(SigningKey key, OnlineKeyCertificate certificate, ServerList list)
    {
        try
        {
            return new ListSigner(key, certificate).SignList(list);
        }
        catch (ArgumentException exception)
        {
            throw new CommandException(exception.Message);
        }
    }
}
