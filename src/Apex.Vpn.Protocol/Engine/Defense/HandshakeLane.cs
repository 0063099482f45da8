namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>Where a handshake message waits for the control worker.</summary>
internal enum HandshakeLane
{
    /// <summary>From where a peer with a session is, or in answer to a handshake of ours.</summary>
    Known,

    /// <summary>From anybody else.</summary>
    Others,
}
