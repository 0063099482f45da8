using Apex.Vpn.Fleet.Metrics;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Metrics;

public sealed class UserBucketTests
{
    [Theory]
    [InlineData(-5, "0")]
    [InlineData(0, "0")]
    [InlineData(1, "<20")]
    [InlineData(19, "<20")]
    [InlineData(20, "20+")]
    [InlineData(49, "20+")]
    [InlineData(50, "50+")]
    [InlineData(99, "50+")]
    [InlineData(100, "100+")]
    [InlineData(1999, "1000+")]
    [InlineData(2000, "2000+")]
    [InlineData(long.MaxValue, "5000000000000000000+")]
    public void A_node_says_a_round_number(long users, string shown) => Assert.Equal(shown, UserBucket.Of(users).ToString());

    [Property]
    public bool A_bucket_holds_its_users_and_begins_where_it_says(int users)
    {
        long atLeast = UserBucket.Of(users).AtLeast;
        return atLeast <= Math.Max(0, users) && UserBucket.Of(atLeast).AtLeast == atLeast;
    }
}
