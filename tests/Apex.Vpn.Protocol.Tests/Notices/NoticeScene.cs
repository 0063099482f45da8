using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Notices;

/// <summary>A client on the left and the node that it hears on the right.</summary>
internal sealed class NoticeScene : IDisposable
{
    internal NoticeScene(bool isIPv6 = false, NodeOptions? client = null, NodeOptions? node = null)
    {
        (ClientIp, NodeIp) = isIPv6 ? ("fd00::1", "fd00::2") : (Duo.LeftIp, Duo.RightIp);
        node ??= new NodeOptions();
        Duo = new Duo(
            (client ?? new NodeOptions()) with { NoticeClient = Plane.Client },
            node with { NoticeNode = ControlPlane.NodeAt(Duo.RightIp, "fd00::2").NoticeNode });
        Client.Engine.Notices!.SetGateways([ControlPlane.Gateway(Node.PublicKey, NodeIp, ClientIp)]);
    }

    internal string ClientIp { get; }

    internal string NodeIp { get; }

    internal ControlPlane Plane { get; } = new();

    internal Duo Duo { get; }

    internal Node Client => Duo.Left;

    internal Node Node => Duo.Right;

    internal Guid Instance => Client.Engine.Notices!.Reader!.Instance;

    internal NoticeSender Sender => Node.Engine.Notices!.Sender!;

    /// <summary>Makes a session in which the client said hello.</summary>
    internal NoticeScene Connected()
    {
        Duo.Established();
        Duo.Run(0.1);
        Assert.Single(Node.Events.Hellos);
        Duo.Log.Clear();
        return this;
    }

    /// <summary>The node tells the client something.</summary>
    internal bool Notify(Notice notice) => Notify(notice.Kind, Plane.Sign(notice));

    internal bool Notify(NoticeKind kind, ReadOnlySpan<byte> signed) => Node.Notify(Client, kind, signed);

    /// <summary>A packet with these bytes arrives from the node, as if its engine had made it.</summary>
    internal void FromNode(byte[] message, string? source = null)
    {
        Node.Send(ControlPlane.Packet(source ?? NodeIp, ClientIp, message));
        Duo.Run(0.2); // and a flood is no question: one in 100 ms is looked at
    }

    /// <summary>What the client dropped for reasons of notices: invalid, stale, too many.</summary>
    internal static (long Invalid, long Stale, long Flood) Dropped(Node at) =>
        (at.Dropped(DropReason.InvalidNotice), at.Dropped(DropReason.StaleNotice), at.Dropped(DropReason.NoticeFlood));

    public void Dispose() => Duo.Dispose();
}
