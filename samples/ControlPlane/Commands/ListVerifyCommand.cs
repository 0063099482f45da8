using System.CommandLine;
using System.CommandLine.Parsing;
using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Samples.ControlPlane.Commands;

/// <summary><c>list verify</c>: says whether a client would choose from a list now.</summary>
internal static class ListVerifyCommand
{
    internal static Command Create()
    {
        Argument<FileInfo> file = new("FILE") { Description = "A signed list." };
        Option<SignaturePublicKey[]> roots = new("--root")
        {
            Description = "A trusted root's public key; once for each root.",
            HelpName = "PUBLICKEY",
            Required = true,
            CustomParser = ParseKeys,
        };
        Option<int?> threshold = new("--threshold")
        {
            Description = "How many of the roots must have certified the key; all of them unless given.",
        };
        Option<FileInfo?> status = new("--status") { Description = "A status of the list, to be verified too.", HelpName = "FILE" };
        var command = new Command("verify", "Verifies a signed list, and a status of it: whether a client would use them now.")
        {
            file, roots, threshold, status,
        };
        command.SetAction(parsed =>
        {
            SignaturePublicKey[] keys = parsed.GetRequiredValue(roots);
            TrustRoots trusted = Trust(parsed.GetValue(threshold) ?? keys.Length, keys);
            FileInfo listFile = parsed.GetRequiredValue(file);
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            DirectoryVerdict verdict = ServerListReader.Read(Files.Read(listFile, ServerListReader.MaxSize), trusted, out ServerList? list);
            if (list is null) throw new CommandException($"{listFile}: not to be trusted: {Words.Of(verdict)}.");
            var facts = new List<(string, string)>
            {
                ("signature", "good"),
                ("version", $"{list.Version}"),
                ("issued", Words.Of(list.Issued)),
                ("expires", Words.Of(list.Expires)),
                ("servers", $"{list.Servers.Count}"),
                ("skipped entries", $"{list.Defects.Count}"),
            };
            bool isStale = false;
            if (parsed.GetValue(status) is { } statusFile)
            {
                StatusSnapshot read = ReadStatus(statusFile, trusted, list);
                isStale = read.NotAfter < now;
                facts.AddRange([("status sequence", $"{read.Sequence}"), ("status until", Words.Of(read.NotAfter))]);
            }
            new Report(parsed.InvocationConfiguration.Output).Facts(facts);
            if (list.Expires < now) throw new CommandException($"{listFile}: expired.");
            if (isStale) throw new CommandException($"{parsed.GetValue(status)}: stale.");
        });
        return command;
    }

    private static StatusSnapshot ReadStatus(FileInfo file, TrustRoots roots, ServerList list)
    {
        DirectoryVerdict verdict = StatusReader.Read(Files.Read(file, StatusReader.MaxSize), roots, list, out StatusSnapshot? status);
        return status ?? throw new CommandException($"{file}: not to be trusted: {Words.Of(verdict)}.");
    }

    private static TrustRoots Trust(int threshold, SignaturePublicKey[] keys)
    {
        try
        {
            return new TrustRoots(threshold, keys);
        }
        catch (ArgumentException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    private static SignaturePublicKey[] ParseKeys(ArgumentResult result)
    {
        var keys = new List<SignaturePublicKey>();
        foreach (string text in result.Tokens.Select(static token => token.Value))
        {
            if (SignaturePublicKey.TryParse(text, out SignaturePublicKey key)) keys.Add(key);
            else result.AddError($"--root: '{text}' is no public key: expected 44 characters of base64 or 64 of hex.");
        }
        return [.. keys];
    }
}
