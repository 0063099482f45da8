namespace Apex.Vpn.Netns.Network;

/// <summary>What is special about the cable between the namespaces.</summary>
internal enum LinkKind
{
    /// <summary>MTU 1500, with all the offloads that a veth has.</summary>
    Standard,

    /// <summary>The sender's kernel splits UDP super-packets, as for a card that cannot: datagrams arrive one by one.</summary>
    NoUdpSegmentation,

    /// <summary>MTU 9000.</summary>
    Jumbo,
}

/// <summary>Two namespaces and a cable (veth) between them.</summary>
internal sealed class Link : IAsyncDisposable
{
    private const string Cable = "cable";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly LinkKind _kind;

    private Link(LinkKind kind, NetNamespace left, NetNamespace right) => (_kind, Left, Right) = (kind, left, right);

    internal const string LeftAddress = "172.31.7.1";
    internal const string RightAddress = "172.31.7.2";

    /// <summary>Where clients run.</summary>
    internal NetNamespace Left { get; }

    /// <summary>Where servers run.</summary>
    internal NetNamespace Right { get; }

    /// <summary>The MTU of an interface whose packets, encrypted, fill the cable's: 80 bytes are for IPv6, UDP and WireGuard.</summary>
    internal int TunnelMtu => Mtu - 80;

    private int Mtu => _kind == LinkKind.Jumbo ? 9000 : 1500;

    internal static async Task<Link> CreateAsync(LinkKind kind, CancellationToken cancellationToken)
    {
        NetNamespace left = await NetNamespace.CreateAsync(cancellationToken);
        try
        {
            var link = new Link(kind, left, await NetNamespace.CreateAsync(cancellationToken));
            try
            {
                await link.ConnectAsync(cancellationToken);
                return link;
            }
            catch
            {
                await link.Right.DisposeAsync();
                throw;
            }
        }
        catch
        {
            await left.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Left.DisposeAsync();
        await Right.DisposeAsync();
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        await Left.IpAsync($"link add {Cable} mtu {Mtu} type veth peer name {Cable} mtu {Mtu} netns {Right.Name}", cancellationToken);
        foreach ((NetNamespace end, string address) in new[] { (Left, LeftAddress), (Right, RightAddress) })
        {
            await end.IpAsync($"addr add {address}/24 dev {Cable}", cancellationToken);
            if (_kind == LinkKind.NoUdpSegmentation)
                await end.RunAsync("ethtool", $"-K {Cable} tx-udp-segmentation off", Patience, cancellationToken);
            await end.IpAsync($"link set {Cable} up", cancellationToken);
        }
        await Left.RunAsync("ping", $"-n -c 1 -i 0.2 -w 10 {RightAddress}", Patience, cancellationToken);
    }
}
