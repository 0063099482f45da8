using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Defense;

namespace Apex.Vpn.Protocol.Tests.Engine.Defense;

public sealed class SourceSharesTests
{
    private const ulong Someone = 0x1234_0000_0000_0001, SomeoneElse = 0x5678_0000_0000_0001;

    private readonly SourceShares _shares = new(new TokenRate(perSecond: 20, burst: 5));

    [Fact]
    public void A_source_has_5_at_once_and_20_a_second()
    {
        Assert.Equal(5, Take(Someone, 20, Moment.At(0)));
        Assert.Equal(1, Take(Someone, 20, Moment.At(0.05)));
        Assert.Equal(5, Take(Someone, 20, Moment.At(60)));
    }

    [Fact]
    public void What_one_source_uses_up_is_not_missing_to_another()
    {
        Take(Someone, 20, Moment.At(0));
        Assert.Equal(5, Take(SomeoneElse, 20, Moment.At(0)));
    }

    [Fact]
    public void Workers_that_count_at_once_grant_no_more_than_one_would()
    {
        int granted = 0;
        Parallel.For(0, 10_000, _ =>
        {
            if (_shares.TryTake(Someone, Moment.At(0))) Interlocked.Increment(ref granted);
        });
        Assert.Equal(5, granted);
    }

    private int Take(ulong source, int times, Instant now) => Enumerable.Range(0, times).Count(_ => _shares.TryTake(source, now));
}
