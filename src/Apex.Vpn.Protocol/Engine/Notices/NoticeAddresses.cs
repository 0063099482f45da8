namespace Apex.Vpn.Protocol.Engine.Notices;

/// <summary>Between which inner addresses messages go. Addresses are as in <see cref="Inner.InnerPacket"/>.</summary>
internal readonly record struct NoticeAddresses(UInt128 Source, UInt128 Destination, bool IsIPv4)
{
    /// <summary>The way back.</summary>
    internal NoticeAddresses Reversed => new(Destination, Source, IsIPv4);
}
