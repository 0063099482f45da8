using System.CommandLine;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Samples.ControlPlane.Commands;

/// <summary><c>list show</c>: what a list says, without asking whether to believe it.</summary>
internal static class ListShowCommand
{
    internal static Command Create()
    {
        Argument<FileInfo> file = new("FILE") { Description = "A signed list." };
        var command = new Command("show", "Shows what a signed list says, without asking who certified the key that signed it: list verify does.")
        {
            file,
        };
        command.SetAction(parsed =>
        {
            FileInfo shown = parsed.GetRequiredValue(file);
            byte[] bytes = Files.Read(shown, ServerListReader.MaxSize);
            DirectoryVerdict verdict = ServerListReader.ReadUnverified(bytes, out ServerList? list);
            if (list is null) throw new CommandException($"{shown}: no list: {Words.Of(verdict)}.");
            Show(list, bytes.Length, new Report(parsed.InvocationConfiguration.Output));
        });
        return command;
    }

    private static void Show(ServerList list, int bytes, Report report)
    {
        report.Facts(
        [
            ("version", $"{list.Version}"),
            ("issued", Words.Of(list.Issued)),
            ("expires", Words.Of(list.Expires)),
            ("digest", list.Digest.ToString()),
            ("bytes", $"{bytes}"),
            ("revoked keys", $"{list.RevokedKeys.Count}"),
            ("certificates for notices", $"{list.NoticeCertificates.Count}"),
            ("roots", "not asked"),
            .. KeysShowCommand.Describe(list.Certificate!),
        ]);
        report.Rows(
            ["#", "name", "place", "provider", "Mbit/s", "features", "keys", "until"],
            list.Servers.Select(static (server, index) => (string[])
            [
                $"{index}",
                server.Name,
                server.Place.ToString(),
                server.Provider,
                $"{server.Capacity}",
                $"{server.Features}",
                $"{server.Keys.Count}",
                Words.DayOf(server.Keys.Max(static key => key.NotAfter)),
            ]));
        report.Rows(
            ["server", "transport", "address"],
            list.Servers.SelectMany(static server => server.Endpoints.Select(endpoint => (string[])
            [
                server.Name, $"{endpoint.Transport}", $"{endpoint.Address}",
            ])));
        if (list.Defects.Count > 0)
            report.Rows(
                ["skipped", "#", "reason"],
                list.Defects.Select(static defect => (string[])[$"{defect.Part}", $"{defect.Index}", $"{defect.Reason}"]));
    }
}
