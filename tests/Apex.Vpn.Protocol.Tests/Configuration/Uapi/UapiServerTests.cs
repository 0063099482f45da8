using System.Net.Sockets;
using System.Text;
using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Protocol.Tests.Configuration;

public sealed class UapiServerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SocketFolder _folder = new();
    private readonly FakeDevice _device = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Get_and_set_are_served_over_the_socket()
    {
        await using UapiServer server = UapiServer.Listen(_folder.Socket, _device);
        server.Start();
        using Socket client = SocketFolder.Connect(_folder.Socket);
        Assert.Equal("errno=0\n\n", await SocketFolder.AskAsync(client, "set=1\nlisten_port=51820\n\n"));
        string replies = await SocketFolder.AskAsync(client, "get=1\n\nset=1\nx=\n\n", replies: 2);
        Assert.Equal("listen_port=51820\nerrno=0\n\nerrno=-22\n\n", replies);
        Assert.Equal("errno=71\n\n", await SocketFolder.AskAsync(client, "hello\n"));
        Assert.Equal(0, await client.ReceiveAsync(new byte[1]).WaitAsync(Patience)); // and the connection has ended
    }

    [Fact]
    public async Task Connections_beyond_the_limit_wait_for_their_turn()
    {
        using var gate = new GatedDevice();
        await using UapiServer server = UapiServer.Listen(_folder.Socket, gate, new UapiLimits { Connections = 2 });
        server.Start();
        Task<string>[] asking = [.. Enumerable.Range(0, 8).Select(_ => SocketFolder.AskAsync(_folder.Socket, "get=1\n\n"))];
        for (int i = 0; i < asking.Length; i++)
        {
            await gate.EnteredAsync(Patience);
            gate.LetOneGo();
        }
        Assert.All(await Task.WhenAll(asking).WaitAsync(Patience), reply => Assert.Equal("errno=0\n\n", reply));
        Assert.InRange(gate.Most, 1, 2);
    }

    [Fact]
    public async Task Clients_that_break_off_or_talk_nonsense_do_no_harm()
    {
        var many = new ManyPeersDevice(5000);
        await using UapiServer server = UapiServer.Listen(_folder.Socket, many, new UapiLimits { Connections = 4 });
        server.Start();
        var random = new Random(46);
        for (int i = 0; i < 200; i++)
        {
            using Socket client = SocketFolder.Connect(_folder.Socket);
            byte[] noise = new byte[random.Next(0, 3000)];
            random.NextBytes(noise);
            switch (i % 5)
            {
                case 0: break; // as "wg show" does to see who is there
                case 1: client.Send(Encoding.ASCII.GetBytes("get=1\n\nget=1\n\n")); break; // and never reads the reply
                case 2: client.Send(Encoding.ASCII.GetBytes("set=1\npublic_key=")); break;
                case 3: client.LingerState = new LingerOption(true, 0); goto case 4;
                case 4: TrySend(client, noise); break;
            }
        }
        Assert.EndsWith("errno=0\n\n", await SocketFolder.AskAsync(_folder.Socket, "get=1\n\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ending_does_not_wait_for_a_client_that_does_not_read()
    {
        var many = new ManyPeersDevice(50_000);
        UapiServer server = UapiServer.Listen(_folder.Socket, many);
        server.Start();
        using Socket client = SocketFolder.Connect(_folder.Socket);
        client.Send(Encoding.ASCII.GetBytes("get=1\n\n"));
        Assert.Equal(1, await client.ReceiveAsync(new byte[1]).WaitAsync(Patience)); // it is at it
        await server.DisposeAsync().AsTask().WaitAsync(Patience);
        Assert.InRange(many.Read, 1, 49_999);
    }

    [Fact]
    public async Task A_get_of_100_000_peers_arrives_whole_and_other_clients_are_served_meanwhile()
    {
        var many = new ManyPeersDevice(100_000);
        await using UapiServer server = UapiServer.Listen(_folder.Socket, many);
        server.Start();
        using Socket slow = SocketFolder.Connect(_folder.Socket);
        slow.Send(Encoding.ASCII.GetBytes("get=1\n\n"));
        Assert.Equal("errno=0\n\n", await SocketFolder.AskAsync(_folder.Socket, "set=1\n\n"));
        using var reader = new StreamReader(new NetworkStream(slow), Encoding.ASCII);
        slow.Shutdown(SocketShutdown.Send);
        int peers = 0;
        string? line, last = null;
        while ((line = await reader.ReadLineAsync().WaitAsync(Patience)) is not null)
        {
            if (line.StartsWith("public_key=", StringComparison.Ordinal)) peers++;
            if (line.Length > 0) last = line;
        }
        Assert.Equal(100_000, peers);
        Assert.Equal("errno=0", last);
    }

    [Fact]
    public void Memory_that_held_keys_is_erased_when_it_is_given_back()
    {
        using var pool = new ErasingMemoryPool();
        foreach (int size in new[] { -1, 100, ErasingMemoryPool.BlockBytes, ErasingMemoryPool.BlockBytes + 1 })
        {
            System.Buffers.IMemoryOwner<byte> owner = pool.Rent(size);
            Memory<byte> memory = owner.Memory;
            Assert.True(memory.Length >= Math.Max(size, 1));
            memory.Span.Fill(0xAA);
            owner.Dispose();
            owner.Dispose();
            Assert.False(memory.Span.ContainsAnyExcept((byte)0));
        }
    }

    private static void TrySend(Socket client, byte[] bytes)
    {
        try
        {
            client.Send(bytes);
        }
        catch (SocketException)
        {
            // The server has ended the connection after the first line of noise already.
        }
    }
}
