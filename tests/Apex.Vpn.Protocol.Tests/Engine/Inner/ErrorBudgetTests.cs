using Apex.Vpn.Protocol.Engine.Inner;
using static Apex.Vpn.Protocol.Tests.Engine.Moment;

namespace Apex.Vpn.Protocol.Tests.Engine.Inner;

[Trait("Item", "39")]
public sealed class ErrorBudgetTests
{
    [Fact]
    public void Item39_fifty_errors_at_once_then_a_thousand_a_second()
    {
        var budget = new ErrorBudget();
        for (int i = 0; i < ErrorBudget.Burst; i++) Assert.True(budget.TryTake(At(0)));
        Assert.False(budget.TryTake(At(0)));
        Assert.False(budget.TryTake(At(0.0009)));
        Assert.True(budget.TryTake(At(0.001)));
        Assert.False(budget.TryTake(At(0.001)));
        int taken = 0;
        for (int microsecond = 0; microsecond < 1_000_000; microsecond += 100)
        {
            if (budget.TryTake(At(1 + (microsecond / 1e6)))) taken++;
        }
        Assert.InRange(taken, 1049, 1050);
    }

    [Fact]
    public void Threads_share_one_budget()
    {
        var budget = new ErrorBudget();
        int taken = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(Take))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(ErrorBudget.Burst, taken);

        void Take()
        {
            for (int i = 0; i < 1000; i++)
            {
                if (budget.TryTake(At(0))) Interlocked.Increment(ref taken);
            }
        }
    }
}
