using System.CommandLine;
using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Samples.ControlPlane.Commands;

/// <summary><c>keys show</c>: the public side of a private key or certificate; never a secret.</summary>
internal static class KeysShowCommand
{
    internal static Command Create()
    {
        Argument<FileInfo> file = new("FILE") { Description = "A private key or a certificate." };
        var command = new Command("show", "Shows the public part of a key, or what a certificate says. Never shows a secret.") { file };
        command.SetAction(parsed =>
        {
            FileInfo shown = parsed.GetRequiredValue(file);
            (string, string)[] facts = IsCertificate(shown) ? Describe(Files.ReadCertificate(shown)) : DescribeKey(shown);
            new Report(parsed.InvocationConfiguration.Output).Facts(facts);
        });
        return command;
    }

    internal static (string, string)[] Describe(OnlineKeyCertificate certificate) =>
    [
        ("online key", certificate.Key.ToString()),
        ("fingerprint", Words.Fingerprint(certificate.Key)),
        ("may sign", Words.Of(certificate.Purposes)),
        ("generation", $"{certificate.Generation}"),
        ("from", Words.Of(certificate.NotBefore)),
        ("until", Words.Of(certificate.NotAfter)),
        ("root signatures", $"{certificate.RootSignatures}"),
    ];

    private static (string, string)[] DescribeKey(FileInfo file)
    {
        using SigningKey key = Files.ReadKey(file);
        return [("public key", key.PublicKey.ToString()), ("fingerprint", Words.Fingerprint(key.PublicKey))];
    }

    private static bool IsCertificate(FileInfo file) =>
        OnlineKeyCertificate.ReadUnverified(Files.Read(file, ServerListReader.MaxSize), out _) is not DirectoryVerdict.OtherKind;
}
