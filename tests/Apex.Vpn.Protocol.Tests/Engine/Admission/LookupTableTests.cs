using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Admission;

namespace Apex.Vpn.Protocol.Tests.Engine.Admission;

public sealed class LookupTableTests
{
    private static readonly Instant Now = new(1_000_000_000_000);

    [Fact]
    public void Questions_that_nobody_takes_are_bounded_though_they_are_over()
    {
        var table = new LookupTable();
        for (ulong i = 1; i <= LookupTable.Capacity; i++)
        {
            Assert.True(table.TryAsk(default, new KeyId(i, i), default, Now));
            table.End(table.Find(new KeyId(i, i))!);
        }
        Assert.Equal(0, table.Count);
        Assert.False(table.TryAsk(default, new KeyId(0, 1), default, Now));
        Assert.True(table.Waiting.TryDequeue(out PeerLookup? taken) && taken.IsOver);
        Assert.True(table.TryAsk(default, new KeyId(0, 1), default, Now));
        Assert.True(table.TryAsk(default, new KeyId(0, 1), default, Now)); // the same question
        Assert.Equal(LookupTable.Capacity + 1, table.Asked);
    }
}
