using System.Net;
using Apex.Vpn.Fleet.Accounts;

namespace Apex.Vpn.Fleet.Tests.Accounts;

public sealed class FailureBudgetTests
{
    private static readonly TimeSpan Now = TimeSpan.FromHours(5);
    private readonly FailureBudget _budget = new();

    [Fact]
    public void A_prefix_has_ten_failures_and_then_one_in_thirty_seconds()
    {
        Assert.Equal(10, Failures(prefix: 1, Now, attempts: 100));
        Assert.Equal(0, Failures(1, Now + TimeSpan.FromSeconds(29), 100));
        Assert.Equal(1, Failures(1, Now + TimeSpan.FromSeconds(30), 100));
        Assert.Equal(10, Failures(1, Now + TimeSpan.FromHours(1), 100));
        Assert.Equal(10, Failures(2, Now + TimeSpan.FromHours(1), 100)); // another prefix is not to blame
    }

    [Fact]
    public void A_success_costs_nothing()
    {
        for (int i = 0; i < 5000; i++)
        {
            Assert.True(_budget.TryBegin(1, Now));
            _budget.Succeeded(1);
        }
        Assert.Equal(10, Failures(1, Now, 100));
    }

    [Fact]
    public void All_prefixes_together_have_a_thousand_and_then_fifty_a_second()
    {
        Assert.Equal(1000, Enumerable.Range(0, 5000).Count(i => _budget.TryBegin((ulong)i, Now)));
        Assert.Equal(50, Enumerable.Range(5000, 5000).Count(i => _budget.TryBegin((ulong)i, Now + TimeSpan.FromSeconds(1))));
    }

    [Fact]
    public void A_refused_attempt_is_not_charged()
    {
        Failures(1, Now, 10_000);

        Assert.Equal(990, Enumerable.Range(2, 5000).Count(i => _budget.TryBegin((ulong)i, Now)));
        Assert.Equal(1, Failures(1, Now + TimeSpan.FromSeconds(30), 1));
    }

    // Nine prefixes that share one place of the table: whoever owes most is remembered.
    [Fact]
    public void Where_there_is_no_room_the_least_guilty_is_forgotten()
    {
        const ulong Sets = 8192;
        for (ulong i = 1; i <= 8; i++) Failures(i * Sets, Now, i == 8 ? 1 : 10);

        Failures(9 * Sets, Now, 10);

        Assert.Equal(0, Failures(1 * Sets, Now, 1));
        Assert.Equal(0, Failures(9 * Sets, Now, 1));
        Assert.Equal(10, Failures(8 * Sets, Now, 100)); // forgotten, so it begins anew
    }

    [Fact]
    public void Attempts_at_once_share_one_budget()
    {
        int begun = 0;
        Parallel.For(0, 1000, _ =>
        {
            if (_budget.TryBegin(1, Now)) Interlocked.Increment(ref begun);
        });
        Assert.Equal(10, begun);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.254", true)]
    [InlineData("192.0.2.1", "192.0.3.1", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.9", true)]
    [InlineData("2001:db8:1:200::1", "2001:db8:1:2ff:ffff::", true)]
    [InlineData("2001:db8:1:200::1", "2001:db8:1:300::1", false)]
    [InlineData("0.0.0.0", "::", false)]
    public void A_customer_of_a_network_is_one_prefix(string first, string second, bool same)
    {
        var hasher = new ClientPrefixHasher();

        Assert.Equal(same, hasher.Hash(IPAddress.Parse(first)) == hasher.Hash(IPAddress.Parse(second)));
        Assert.NotEqual(hasher.Hash(IPAddress.Parse(first)), new ClientPrefixHasher().Hash(IPAddress.Parse(first)));
        Assert.Equal("ClientPrefixHasher(hidden)", hasher.ToString());
    }

    private int Failures(ulong prefix, TimeSpan now, int attempts) =>
        Enumerable.Range(0, attempts).Count(_ => _budget.TryBegin(prefix, now));
}
