namespace Apex.Vpn.Protocol.Engine.Inner;

/// <summary>How far a packet is filled up with zeros before it is encrypted (WG 5.4.6), so that its length tells less.</summary>
internal static class Padding
{
    private const int Multiple = 16;

    /// <summary>The length with padding: the next multiple of 16, or the MTU if that is less (items 31, 32).</summary>
    /// <param name="length">The packet's; 0 for a keepalive. Beyond the MTU, the last of its MTU-sized units counts.</param>
    /// <param name="mtu">The TUN's; 0 when it is not known: no limit.</param>
    internal static int PaddedLength(int length, int mtu)
    {
        if (mtu <= 0) return AlignUp(length);
        int lastUnit = length > mtu ? length % mtu : length;
        return length - lastUnit + Math.Min(AlignUp(lastUnit), mtu);
    }

    private static int AlignUp(int length) => (length + Multiple - 1) & -Multiple;
}
