namespace Apex.Vpn.Protocol.Engine.Noise;

/// <summary>What became of a handshake message that was read.</summary>
internal enum NoiseVerdict
{
    Good,
    LowOrderKey,
    Unauthentic,
}
