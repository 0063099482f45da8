namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>A WireGuard interface: the daemon behind it, the namespace it lives in, and its key.</summary>
internal sealed class WgInterface
{
    private WgInterface(Daemon daemon, NetNamespace net, string privateKey, string publicKey)
    {
        Daemon = daemon;
        Net = net;
        PrivateKey = privateKey;
        PublicKey = publicKey;
    }

    /// <summary>The daemon behind it.</summary>
    public Daemon Daemon { get; private set; }

    /// <summary>The namespace it lives in; the daemon's sockets may live in another one.</summary>
    public NetNamespace Net { get; }

    /// <summary>Its name.</summary>
    public string Name => Daemon.Interface;

    /// <summary>The key it was created with.</summary>
    public string PrivateKey { get; private set; }

    /// <summary>The public half of its key.</summary>
    public string PublicKey { get; private set; }

    /// <summary>Starts a daemon with its sockets in one namespace and its interface in another, and gives it a key.</summary>
    public static async Task<WgInterface> Create(Scenario scenario, DaemonKind kind, NetNamespace sockets, NetNamespace? net = null)
    {
        net ??= sockets;
        var daemon = await scenario.Daemon(kind, sockets);
        if (net != sockets) await sockets.Ip($"link set {daemon.Interface} netns {net.Name}");
        var key = await Wg.GenKey();
        var created = new WgInterface(daemon, net, key, await Wg.PubKey(key));
        await created.Set("private-key /dev/stdin", key);
        return created;
    }

    /// <summary>Brings it up with addresses (each with prefix length).</summary>
    public async Task Up(int mtu, params string[] addresses)
    {
        foreach (var address in addresses) await Net.AddAddress(Name, address);
        await Net.Ip($"link set {Name} mtu {mtu} up");
    }

    /// <summary>Takes a new private key.</summary>
    public async Task ChangeKey()
    {
        PrivateKey = await Wg.GenKey();
        PublicKey = await Wg.PubKey(PrivateKey);
        await Set("private-key /dev/stdin", PrivateKey);
    }

    /// <summary><c>wg set</c> on it.</summary>
    public Task Set(string words, string? key = null) => Wg.Set(Name, words, key);

    /// <summary><c>wg set … peer</c> on it.</summary>
    public Task SetPeer(WgInterface peer, string words, string? key = null) => Set($"peer {peer.PublicKey} {words}", key);

    /// <summary><c>wg show … dump</c> of it.</summary>
    public Task<WgDump> Dump() => Wg.Dump(Name);

    /// <summary>What it knows of a peer.</summary>
    public async Task<WgPeer> Peer(WgInterface peer) => (await Dump()).Peers.Single(row => row.PublicKey == peer.PublicKey);

    /// <summary>Ends the daemon and starts another one under the same name, key and configuration; addresses are the caller's.</summary>
    public async Task Restart(Scenario scenario, NetNamespace sockets, Func<Daemon, Task<int>> end)
    {
        var configuration = await Wg.Run(null, "showconf", Name);
        var (kind, name) = (Daemon.Kind, Name);
        await end(Daemon);
        Daemon = await scenario.Daemon(kind, sockets, name);
        if (Net != sockets) await sockets.Ip($"link set {name} netns {Net.Name}");
        await Wg.Configure("setconf", name, configuration);
    }
}
