using System.Net.Sockets;
using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Protocol.Tests.Configuration;

public sealed class UapiSocketTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SocketFolder _folder = new();
    private readonly FakeDevice _device = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Item", "46")]
    public async Task Item46_only_the_owner_may_connect_and_the_folder_is_made()
    {
        string folder = Path.Combine(_folder.Folder, "a", "wireguard");
        string path = Path.Combine(folder, "wg0.sock");
        await using UapiServer server = Start(path);
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(folder) & OthersWrite);
        Assert.Equal([path], Directory.GetFiles(folder)); // nothing else is left there
    }

    [Fact]
    [Trait("Item", "46")]
    public async Task Item46_the_file_is_removed_at_the_end_and_ending_twice_is_no_error()
    {
        UapiServer server = Start(_folder.Socket);
        using Socket client = SocketFolder.Connect(_folder.Socket);
        await SocketFolder.AskAsync(client, "get=1\n\n");
        await Task.WhenAll(server.DisposeAsync().AsTask(), server.DisposeAsync().AsTask()).WaitAsync(Patience);
        await server.DisposeAsync();
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Folder));
        Assert.Equal(0, await client.ReceiveAsync(new byte[1]).WaitAsync(Patience)); // open connections end
    }

    [Fact]
    [Trait("Item", "46")]
    public async Task Item46_a_stale_socket_is_replaced()
    {
        SocketFolder.LeaveStale(_folder.Socket);
        Assert.Throws<SocketException>(() => SocketFolder.Connect(_folder.Socket));
        await using UapiServer server = Start(_folder.Socket);
        Assert.Equal("errno=0\n\n", await SocketFolder.AskAsync(_folder.Socket, "get=1\n\n"));
    }

    [Fact]
    [Trait("Item", "46")]
    public async Task Item46_a_socket_that_another_process_answers_on_is_left_to_it()
    {
        await using UapiServer server = Start(_folder.Socket);
        var refused = Assert.Throws<IOException>(() => UapiServer.Listen(_folder.Socket, _device));
        Assert.Contains($"Another process answers on {_folder.Socket}", refused.Message, StringComparison.Ordinal);
        Assert.Equal("errno=0\n\n", await SocketFolder.AskAsync(_folder.Socket, "get=1\n\n"));
        Assert.Equal([_folder.Socket], Directory.GetFiles(_folder.Folder));
    }

    [Fact]
    [Trait("Item", "46")]
    public async Task Item46_a_socket_whose_queue_is_full_is_not_stale()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_folder.Socket));
        listener.Listen(0);
        using Socket waiting = SocketFolder.Connect(_folder.Socket); // fills the queue, for nobody accepts
        Task<IOException> refused = Task.Run(() => Assert.Throws<IOException>(() => UapiServer.Listen(_folder.Socket, _device)));
        Assert.Contains("Another process answers", (await refused.WaitAsync(Patience)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_socket_is_not_deleted()
    {
        File.WriteAllText(_folder.Socket, "precious");
        var refused = Assert.Throws<IOException>(() => UapiServer.Listen(_folder.Socket, _device));
        Assert.Contains("is no socket", refused.Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(_folder.Socket));
        File.Delete(_folder.Socket);
        Directory.CreateDirectory(_folder.Socket);
        Assert.Throws<IOException>(() => UapiServer.Listen(_folder.Socket, _device));
        Assert.True(Directory.Exists(_folder.Socket));
    }

    [Fact]
    public void A_path_that_cannot_be_is_an_error_that_names_it()
    {
        string tooLong = Path.Combine(_folder.Folder, new string('a', 120), new string('b', 120) + ".sock");
        Assert.Contains(tooLong, Assert.Throws<IOException>(() => UapiServer.Listen(tooLong, _device)).Message, StringComparison.Ordinal);
        string file = Path.Combine(_folder.Folder, "file");
        File.WriteAllText(file, "");
        Assert.Throws<IOException>(() => UapiServer.Listen(Path.Combine(file, "wg0.sock"), _device));
    }

    [Fact]
    [Trait("Item", "46")]
    public async Task Item46_of_many_that_start_at_once_one_gets_the_name()
    {
        Task<UapiServer?>[] starting = [.. Enumerable.Range(0, 16).Select(_ => Task.Run(TryListen))];
        UapiServer?[] servers = await Task.WhenAll(starting).WaitAsync(Patience);
        UapiServer winner = Assert.Single(servers.OfType<UapiServer>());
        winner.Start();
        Assert.Equal("errno=0\n\n", await SocketFolder.AskAsync(_folder.Socket, "get=1\n\n"));
        await winner.DisposeAsync();
        Assert.Empty(Directory.GetFiles(_folder.Folder));
    }

    [Theory]
    [Trait("Item", "46")]
    [InlineData("deleted")]
    [InlineData("renamed")]
    [InlineData("replaced")]
    public async Task Item46_it_is_told_when_somebody_takes_the_socket_away(string how)
    {
        string other = Path.Combine(_folder.Folder, "other");
        if (how == "replaced") File.WriteAllText(other, "another's");
        var removed = new TaskCompletionSource();
        await using UapiServer server = UapiServer.Listen(_folder.Socket, _device);
        server.Removed += removed.SetResult;
        server.Start();
        using Socket client = SocketFolder.Connect(_folder.Socket);
        if (how == "deleted") File.Delete(_folder.Socket);
        else if (how == "renamed") File.Move(_folder.Socket, other);
        else File.Move(other, _folder.Socket, overwrite: true);
        await removed.Task.WaitAsync(Patience);
        Assert.Equal("errno=0\n\n", await SocketFolder.AskAsync(client, "get=1\n\n")); // who is connected is served until the end
        await server.DisposeAsync();
        Assert.Equal(how == "replaced", File.Exists(_folder.Socket)); // what is another's stays
    }

    [Fact]
    [Trait("Item", "46")]
    public async Task Item46_it_is_told_when_the_socket_was_taken_away_before_the_start()
    {
        var removed = new TaskCompletionSource();
        await using UapiServer server = UapiServer.Listen(_folder.Socket, _device);
        server.Removed += removed.SetResult;
        File.Delete(_folder.Socket);
        server.Start();
        await removed.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_listening_socket_may_be_handed_in()
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_folder.Socket));
        listener.Listen();
        var removed = new TaskCompletionSource();
        await using UapiServer server = UapiServer.Adopt(listener.SafeHandle, _folder.Socket, _device);
        server.Removed += removed.SetResult;
        server.Start();
        using Socket client = SocketFolder.Connect(_folder.Socket);
        Assert.Equal("errno=0\n\n", await SocketFolder.AskAsync(client, "get=1\n\n"));
        File.Delete(_folder.Socket);
        await removed.Task.WaitAsync(Patience);
    }

    [Fact]
    public void What_is_handed_in_must_be_a_listening_unix_socket()
    {
        using var unbound = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        foreach (Socket wrong in new[] { unbound, udp, tcp })
        {
            Assert.Throws<IOException>(() => UapiServer.Adopt(wrong.SafeHandle, path: null, _device));
        }
        using FileStream file = File.Create(Path.Combine(_folder.Folder, "file"));
        using var handle = new SafeSocketHandle(file.SafeFileHandle.DangerousGetHandle(), ownsHandle: false);
        Assert.Throws<IOException>(() => UapiServer.Adopt(handle, path: null, _device));
    }

    private UapiServer Start(string path)
    {
        UapiServer server = UapiServer.Listen(path, _device);
        server.Start();
        return server;
    }

    private UapiServer? TryListen()
    {
        try
        {
            return UapiServer.Listen(_folder.Socket, _device);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
