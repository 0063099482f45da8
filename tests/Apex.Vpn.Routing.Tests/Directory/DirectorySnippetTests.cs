using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Tests.Directory;

/// <summary>How an application uses the directory, as the README shows it.</summary>
public sealed class DirectorySnippetTests : IDisposable
{
    private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("apex-directory-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_snippet_runs()
    {
        byte[] file = Authority.Signer.SignList(Fleets.Small());
        ServerList list = Authority.Read(file);
        using var web = new Web();
        web.Put("list", file);
        web.Put("status", Authority.Signer.SignStatus(list, Fleets.Status(list, 1)));
        using var http = new HttpMessageInvoker(web);

        Assert.Equal(["nl-ams-00", "nl-ams-01", "nl-ams-02"], await Names(http, Authority.Roots[0].PublicKey, _folder.FullName, file));
    }

    private static async Task<IReadOnlyList<string>> Names(
        HttpMessageInvoker http, SignaturePublicKey root, string folder, byte[] bundledList)
    {
        var names = new List<string>();
        // snippet: directory
        using var directory = new DirectoryClient(new DirectoryClientOptions
        {
            BaseAddress = new Uri("https://directory.example/v1/"),
            Http = http,                           // any handler: no host, no factory
            Roots = new TrustRoots(root),          // built into the application, as is
            BundledList = bundledList,             // the list for a first start without a network
            Cache = new FileDirectoryCache(folder),
        });
        // Fetches the list too, when the status is of another one than the client holds.
        DirectoryVerdict verdict = await directory.RefreshStatusAsync();
        if (verdict == DirectoryVerdict.UpdateNeeded) Console.WriteLine("This program is too old.");
        if (directory is { CanChoose: true, List: { } list } && directory.SignedNow() is { } now)
            names.AddRange(list.Servers.Where(server => list.TryGetKey(server, now, out _)).Select(static server => server.Name));
        // end of snippet
        return names;
    }
}
