namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>How two ends are laid out.</summary>
internal sealed record TunnelOptions
{
    /// <summary>Whether the endpoints are IPv6 addresses.</summary>
    public bool OuterV6 { get; init; }

    /// <summary>The MTU of both WireGuard interfaces.</summary>
    public int Mtu { get; init; } = 1420;

    /// <summary>The MTU of the cable.</summary>
    public int OuterMtu { get; init; } = 1500;

    /// <summary>Whether both sides share a preshared key.</summary>
    public bool Psk { get; init; }

    /// <summary>Whether the right side knows the left side's endpoint; otherwise it can only answer.</summary>
    public bool RightKnowsEndpoint { get; init; } = true;
}

/// <summary>
/// Two namespaces on one cable, a daemon in each, configured as each other's peer. Addresses are the same in every tunnel:
/// outer 172.31.0.N and fd31::N, inner 10.77.0.N and fd77::N, N = 1 left and 2 right.
/// </summary>
internal sealed class Tunnel
{
    private Tunnel(TunnelEnd left, TunnelEnd right)
    {
        Left = left;
        Right = right;
    }

    /// <summary>The left end, which starts the conversation in most tests.</summary>
    public TunnelEnd Left { get; }

    /// <summary>The right end.</summary>
    public TunnelEnd Right { get; }

    /// <summary>Builds it; both interfaces are up and no packet has passed.</summary>
    public static async Task<Tunnel> Create(Scenario scenario, DaemonKind left, DaemonKind right, TunnelOptions? options = null)
    {
        options ??= new();
        var nets = (Left: await scenario.Namespace(), Right: await scenario.Namespace());
        await Veth.Connect(
            new(nets.Left, "cable", "172.31.0.1/24", "fd31::1/64"), new(nets.Right, "cable", "172.31.0.2/24", "fd31::2/64"), options.OuterMtu);
        var tunnel = new Tunnel(
            new(1, await WgInterface.Create(scenario, left, nets.Left)), new(2, await WgInterface.Create(scenario, right, nets.Right)));
        await tunnel.Configure(options);
        return tunnel;
    }

    private async Task Configure(TunnelOptions options)
    {
        var psk = options.Psk ? await Wg.GenPsk() : null;
        await Configure(Left, Right, options, psk);
        await Configure(Right, Left, options, psk);
    }

    private async Task Configure(TunnelEnd own, TunnelEnd other, TunnelOptions options, string? psk)
    {
        var words = $"allowed-ips {other.InnerV4}/32,{other.InnerV6}/128";
        if (own == Left || options.RightKnowsEndpoint) words += $" endpoint {other.Endpoint(options.OuterV6)}";
        if (psk is not null) words += " preshared-key /dev/stdin";
        await own.Wg.Set($"listen-port {TunnelEnd.Port} peer {other.Wg.PublicKey} {words}", psk);
        await own.Wg.Up(options.Mtu, $"{own.InnerV4}/24", $"{own.InnerV6}/64");
    }
}

/// <summary>One end of a tunnel.</summary>
internal sealed record TunnelEnd(int Number, WgInterface Wg)
{
    /// <summary>The port both ends listen on.</summary>
    public const int Port = 51820;

    /// <summary>The namespace of the interface and of the sockets.</summary>
    public NetNamespace Net => Wg.Net;

    /// <summary>Its IPv4 address inside the tunnel.</summary>
    public string InnerV4 => $"10.77.0.{Number}";

    /// <summary>Its IPv6 address inside the tunnel.</summary>
    public string InnerV6 => $"fd77::{Number}";

    /// <summary>Its IPv4 address on the cable.</summary>
    public string OuterV4 => $"172.31.0.{Number}";

    /// <summary>Its IPv6 address on the cable.</summary>
    public string OuterV6 => $"fd31::{Number}";

    /// <summary>Its endpoint as <c>wg</c> writes it.</summary>
    public string Endpoint(bool v6, int port = Port) => v6 ? $"[{OuterV6}]:{port}" : $"{OuterV4}:{port}";
}
