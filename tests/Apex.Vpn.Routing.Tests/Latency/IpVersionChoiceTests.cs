using Apex.Vpn.Routing.Latency;

namespace Apex.Vpn.Routing.Tests.Latency;

public sealed class IpVersionChoiceTests
{
    [Theory]
    [InlineData(50, 50, IpVersion.V6)]
    [InlineData(50, 54, IpVersion.V6)] // within 10 %
    [InlineData(50, 56, IpVersion.V4)]
    [InlineData(10, 12.9, IpVersion.V6)] // within 3 ms
    [InlineData(10, 13.1, IpVersion.V4)]
    [InlineData(300, 20, IpVersion.V6)]
    public void Version_6_is_preferred_unless_it_is_slower_by_more_than_the_margin(double v4, double v6, IpVersion expected) =>
        Assert.Equal(expected, IpVersionChoice.Prefer(Answering(v4), Answering(v6)));

    [Fact]
    public void A_version_that_is_silent_is_not_used_while_the_other_answers()
    {
        RttEstimator six = Answering(10);
        for (int i = 0; i < IpVersionChoice.SilentAfter; i++)
        {
            Assert.Equal(IpVersion.V6, IpVersionChoice.Prefer(Answering(100), six));
            six.AddLoss();
        }

        Assert.Equal(IpVersion.V4, IpVersionChoice.Prefer(Answering(100), six));
        Assert.Equal(IpVersion.V6, IpVersionChoice.Prefer(new RttEstimator(), six)); // neither answers

        six.AddSample(TimeSpan.FromMilliseconds(10), default);
        Assert.Equal(IpVersion.V6, IpVersionChoice.Prefer(Answering(100), six));
    }

    [Fact]
    public void With_one_version_alone_there_is_no_choice()
    {
        Assert.Equal(IpVersion.V4, IpVersionChoice.Prefer(new RttEstimator(), null));
        Assert.Equal(IpVersion.V6, IpVersionChoice.Prefer(null, new RttEstimator()));
        Assert.Equal(IpVersion.V6, IpVersionChoice.Prefer(null, null));
    }

    private static RttEstimator Answering(double rtt)
    {
        var measured = new RttEstimator();
        measured.AddSample(TimeSpan.FromMilliseconds(rtt), default);
        return measured;
    }
}
