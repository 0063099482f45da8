namespace Apex.Vpn.Protocol.Engine.Messages;

/// <summary>The first field of every message: one byte of type and three reserved zero bytes, read as one little-endian u32 (WG 5.4).</summary>
internal enum MessageType : uint
{
    Initiation = 1,
    Response = 2,
    CookieReply = 3,
    Transport = 4,
}
