using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Defense;

namespace Apex.Vpn.Protocol.Tests.Engine.Defense;

public sealed class LoadGaugeTests
{
    private static readonly Instant Now = new(1_000_000_000_000);

    private readonly LoadGauge _gauge = new();

    [Fact]
    [Trait("Item", "8")]
    public void Item8_a_long_queue_counts_as_load_for_one_second()
    {
        Assert.False(_gauge.Observe(queueIsLong: false, Now));
        Assert.False(_gauge.Ends.IsSet);
        Assert.True(_gauge.Observe(queueIsLong: true, Now));
        Assert.True(_gauge.IsUnderLoad);
        Assert.Equal(Now + TimeSpan.FromSeconds(1), _gauge.Ends);
        Assert.False(_gauge.Observe(queueIsLong: false, Now + TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1)));
        Assert.True(_gauge.IsUnderLoad);
    }

    [Fact]
    [Trait("Item", "50")]
    public void Item50_load_ends()
    {
        _gauge.Observe(queueIsLong: true, Now);
        Assert.True(_gauge.Observe(queueIsLong: false, Now + TimeSpan.FromSeconds(1)));
        Assert.False(_gauge.IsUnderLoad);
        Assert.False(_gauge.Ends.IsSet);
    }

    [Fact]
    public void Another_peak_lengthens_it()
    {
        _gauge.Observe(queueIsLong: true, Now);
        Assert.False(_gauge.Observe(queueIsLong: true, Now + TimeSpan.FromSeconds(0.9)));
        Assert.False(_gauge.Observe(queueIsLong: false, Now + TimeSpan.FromSeconds(1.8)));
        Assert.True(_gauge.IsUnderLoad);
        Assert.True(_gauge.Observe(queueIsLong: false, Now + TimeSpan.FromSeconds(1.9)));
    }
}
