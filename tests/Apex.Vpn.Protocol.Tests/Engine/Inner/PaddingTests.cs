using Apex.Vpn.Protocol.Engine.Inner;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Inner;

public sealed class PaddingTests
{
    [Theory]
    [InlineData(0, 1420, 0)]
    [InlineData(1, 1420, 16)]
    [InlineData(16, 1420, 16)]
    [InlineData(17, 1420, 32)]
    [InlineData(84, 1420, 96)]
    [InlineData(1408, 1420, 1408)]
    [InlineData(1409, 1420, 1420)]
    [InlineData(1420, 1420, 1420)]
    [InlineData(1299, 1300, 1300)]
    [InlineData(1421, 1420, 1436)] // the last unit is 1 byte long
    [InlineData(2840, 1420, 2840)]
    [InlineData(2835, 1420, 2840)]
    [Trait("Item", "31")]
    public void Item31_a_packet_is_padded_to_16_but_not_beyond_the_mtu(int length, int mtu, int expected) =>
        Assert.Equal(expected, Padding.PaddedLength(length, mtu));

    [Fact]
    [Trait("Item", "31")]
    public void Item31_a_keepalive_is_not_padded() => Assert.Equal(0, Padding.PaddedLength(0, 0));

    [Theory, InlineData(1), InlineData(1421), InlineData(65_520)]
    [Trait("Item", "32")]
    public void Item32_without_a_known_mtu_padding_has_no_limit(int length) =>
        Assert.Equal((length + 15) / 16 * 16, Padding.PaddedLength(length, 0));

    [Property]
    [Trait("Item", "31")]
    public bool Item31_padding_is_0_to_15_bytes_and_never_makes_a_unit_longer_than_the_mtu(ushort length, ushort mtu)
    {
        int padded = Padding.PaddedLength(length, mtu);
        return padded - length is >= 0 and < 16
            && (mtu == 0 || (padded + mtu - 1) / mtu == (length + mtu - 1) / mtu)
            && (padded == length || padded % 16 == 0 || mtu != 0);
    }
}
