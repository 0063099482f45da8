using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Samples.ControlPlane.Commands;

/// <summary><c>keys certify</c>: has roots say what an online key may sign, and until when.</summary>
internal static class KeysCertifyCommand
{
    private const int MaxDays = 3650;
    private const KeyPurposes Everything = KeyPurposes.List | KeyPurposes.Status | KeyPurposes.Profiles | KeyPurposes.Notices;

    internal static Command Create()
    {
        Option<FileInfo[]> roots = new("--root")
        {
            Description = "A root's private key; once for each root that signs.",
            HelpName = "FILE",
            Required = true,
        };
        Option<FileInfo> online = new("--online")
        {
            Description = "The online key's private key; made when it is not there.",
            HelpName = "FILE",
            Required = true,
        };
        Option<FileInfo> output = new("--out") { Description = "The certificate to write.", HelpName = "FILE", Required = true };
        Option<int> days = new("--days")
        {
            Description = "How long it is good for, in days.",
            HelpName = "DAYS",
            DefaultValueFactory = static _ => 90,
            CustomParser = ParseDays,
        };
        Option<DateTimeOffset?> from = new("--from")
        {
            Description = "When it begins, as 2026-12-01T00:00:00Z; now unless given.",
            HelpName = "TIME",
        };
        Option<uint> generation = new("--generation")
        {
            Description = "0, and one more each time a key had to be given up before its time.",
            HelpName = "NUMBER",
        };
        Option<KeyPurposes?> purposes = new("--for")
        {
            Description = "What the key may sign, with commas between: list, status, profiles, notices; all of them unless given.",
            HelpName = "PURPOSES",
            CustomParser = ParsePurposes,
        };
        var command = new Command("certify", "Has offline roots certify an online key: what it may sign, and until when.")
        {
            roots, online, output, days, from, generation, purposes,
        };
        command.SetAction(parsed =>
        {
            SigningKey[] rootKeys = [];
            try
            {
                rootKeys = [.. parsed.GetRequiredValue(roots).Select(Files.ReadKey)];
                using SigningKey key = ReadOrCreate(parsed.GetRequiredValue(online));
                DateTimeOffset begin = parsed.GetValue(from) ?? TimeProvider.System.GetUtcNow();
                OnlineKeyCertificate certificate = Issue(
                    key.PublicKey,
                    parsed.GetValue(purposes) ?? Everything,
                    parsed.GetValue(generation),
                    begin,
                    begin.AddDays(parsed.GetValue(days)),
                    rootKeys);
                Files.Write(parsed.GetRequiredValue(output), certificate.Bytes.Span);
                new Report(parsed.InvocationConfiguration.Output).Facts(KeysShowCommand.Describe(certificate));
            }
            finally
            {
                foreach (SigningKey root in rootKeys) root.Dispose();
            }
        });
        return command;
    }

    private static OnlineKeyCertificate Issue(
        SignaturePublicKey key, KeyPurposes purposes, uint generation, DateTimeOffset begin, DateTimeOffset end, SigningKey[] roots)
    {
        try
        {
            return OnlineKeyCertificate.Issue(key, purposes, generation, begin, end, roots);
        }
        catch (ArgumentException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    private static SigningKey ReadOrCreate(FileInfo file)
    {
        if (file.Exists) return Files.ReadKey(file);
        SigningKey key = SigningKey.Generate();
        Files.CreateKey(file, key);
        return key;
    }

    private static int ParseDays(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int days) && days is > 0 and <= MaxDays) return days;
        result.AddError($"--days: '{text}' is no number from 1 to {MaxDays}.");
        return 0;
    }

    private static KeyPurposes? ParsePurposes(ArgumentResult result)
    {
        KeyPurposes purposes = KeyPurposes.None;
        foreach (string word in result.Tokens.SelectMany(static token => token.Value.Split(',')))
        {
            KeyPurposes purpose = word.Trim() switch
            {
                "list" => KeyPurposes.List,
                "status" => KeyPurposes.Status,
                "profiles" => KeyPurposes.Profiles,
                "notices" => KeyPurposes.Notices,
                _ => KeyPurposes.None,
            };
            if (purpose == KeyPurposes.None) result.AddError($"--for: '{word}' is none of list, status, profiles, notices.");
            purposes |= purpose;
        }
        return purposes;
    }
}
