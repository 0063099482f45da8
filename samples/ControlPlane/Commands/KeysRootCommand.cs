using System.CommandLine;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Samples.ControlPlane.Commands;

/// <summary><c>keys root</c>: makes an offline root.</summary>
internal static class KeysRootCommand
{
    internal static Command Create()
    {
        Option<FileInfo> output = new("--out")
        {
            Description = "The file to make, which only its owner can read. It must not be there.",
            HelpName = "FILE",
            Required = true,
        };
        var command = new Command(
            "root", "Makes an offline root: the key that clients are built with. Make it, and keep it, on a machine without a network.")
        {
            output,
        };
        command.SetAction(parsed =>
        {
            FileInfo file = parsed.GetRequiredValue(output);
            using SigningKey root = SigningKey.Generate();
            Files.CreateKey(file, root);
            new Report(parsed.InvocationConfiguration.Output).Facts(
                ("private key", file.ToString()),
                ("public key", root.PublicKey.ToString()),
                ("fingerprint", Words.Fingerprint(root.PublicKey)));
        });
        return command;
    }
}
