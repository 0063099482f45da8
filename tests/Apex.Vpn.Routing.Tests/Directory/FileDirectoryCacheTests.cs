using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Tests.Directory;

public sealed class FileDirectoryCacheTests : IDisposable
{
    private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("apex-cache-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_was_saved_last_is_loaded()
    {
        var cache = new FileDirectoryCache(Path.Combine(_folder.FullName, "new"));
        Assert.Null(await cache.LoadAsync(DirectoryItem.List));
        foreach (DirectoryItem item in Enum.GetValues<DirectoryItem>())
        {
            await cache.SaveAsync(item, new byte[] { 1, 2, 3 });
            await cache.SaveAsync(item, new[] { (byte)item });
        }

        Assert.Equal([0], await cache.LoadAsync(DirectoryItem.List));
        Assert.Equal([1], await cache.LoadAsync(DirectoryItem.Profiles));
        Assert.Equal([2], await cache.LoadAsync(DirectoryItem.Memory));
        Assert.Equal(
            ["memory.json", "profiles.apxp", "servers.apxl"],
            System.IO.Directory.GetFiles(Path.Combine(_folder.FullName, "new")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_write_that_was_cut_off_leaves_the_former_file()
    {
        var cache = new FileDirectoryCache(_folder.FullName);
        await cache.SaveAsync(DirectoryItem.List, new byte[] { 1, 2, 3 });
        File.WriteAllBytes(Path.Combine(_folder.FullName, "servers.apxl.new"), [9]);

        Assert.Equal([1, 2, 3], await cache.LoadAsync(DirectoryItem.List));
        await cache.SaveAsync(DirectoryItem.List, new byte[] { 4 });
        Assert.Equal([4], await cache.LoadAsync(DirectoryItem.List));
    }

    [Fact]
    public async Task What_cannot_be_kept_throws_and_what_cannot_be_read_is_not_there()
    {
        string file = Path.Combine(_folder.FullName, "file");
        File.WriteAllBytes(file, []);
        var cache = new FileDirectoryCache(file);

        Assert.Null(await cache.LoadAsync(DirectoryItem.List));
        await Assert.ThrowsAnyAsync<IOException>(async () => await cache.SaveAsync(DirectoryItem.List, new byte[] { 1 }));
        System.IO.Directory.CreateDirectory(Path.Combine(_folder.FullName, "servers.apxl"));
        Assert.Null(await new FileDirectoryCache(_folder.FullName).LoadAsync(DirectoryItem.List));
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_not_read()
    {
        await using (FileStream file = File.Create(Path.Combine(_folder.FullName, "servers.apxl")))
            file.SetLength(ServerListReader.MaxSize + 1);

        Assert.Null(await new FileDirectoryCache(_folder.FullName).LoadAsync(DirectoryItem.List));
    }
}
