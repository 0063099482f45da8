using Apex.Vpn.Protocol.Engine.Admission;
using Apex.Vpn.Protocol.Engine.Defense;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Admission;

[Collection(Alone.Name)]
public sealed class ReplayMarksTests
{
    private const int BytesPerMark = 64;

    [Fact]
    public void A_key_must_beat_its_own_mark()
    {
        var marks = new ReplayMarks(capacity: 8);
        marks.Leave(Id(1), Stamp(100));
        Assert.True(marks.Refuses(Id(1), Stamp(99)));
        Assert.True(marks.Refuses(Id(1), Stamp(100)));
        Assert.False(marks.Refuses(Id(1), Stamp(101)));
        Assert.False(marks.Refuses(Id(2), Stamp(1)));
    }

    [Fact]
    public void When_marks_overflow_the_oldest_goes_and_keys_without_one_must_beat_the_highest_that_went()
    {
        var marks = new ReplayMarks(capacity: 2);
        marks.Leave(Id(1), Stamp(500));
        marks.Leave(Id(2), Stamp(100));
        marks.Leave(Id(2), Stamp(200)); // no overflow: it has a mark
        Assert.False(marks.Refuses(Id(9), Stamp(1)));
        marks.Leave(Id(3), Stamp(300)); // 1 goes
        Assert.Equal(2, marks.Count);
        Assert.True(marks.Refuses(Id(1), Stamp(500)));
        Assert.True(marks.Refuses(Id(9), Stamp(500)));
        Assert.False(marks.Refuses(Id(9), Stamp(501)));
        Assert.False(marks.Refuses(Id(2), Stamp(201))); // a mark of its own counts alone
        marks.Leave(Id(4), Stamp(400)); // 2 goes, lower
        Assert.False(marks.Refuses(Id(9), Stamp(501)));
        Assert.True(marks.Refuses(Id(9), Stamp(500)));
    }

    [Property(MaxTest = 200)]
    public void The_table_does_what_a_dictionary_and_a_list_would(byte[] keys, bool[] removals)
    {
        const int Capacity = 6;
        var table = new StampTable(Capacity);
        var model = new List<(KeyId Id, Tai64n Stamp)>();
        for (int i = 0; i < keys.Length; i++)
        {
            KeyId id = Id(keys[i] % 12);
            if (i < removals.Length && removals[i])
            {
                table.Remove(id);
                model.RemoveAll(entry => entry.Id == id);
            }
            else
            {
                bool known = model.RemoveAll(entry => entry.Id == id) != 0;
                bool drops = !known && model.Count == Capacity;
                Assert.Equal(drops, table.Set(id, Stamp(i + 1), out Tai64n dropped));
                Assert.Equal(drops ? model[0].Stamp : default, dropped);
                if (drops) model.RemoveAt(0);
                model.Add((id, Stamp(i + 1)));
            }
            Assert.Equal(model.Count, table.Count);
            for (int key = 0; key < 12; key++)
            {
                bool found = table.TryGet(Id(key), out Tai64n stamp);
                (KeyId Id, Tai64n Stamp)[] expected = [.. model.Where(entry => entry.Id == Id(key))];
                Assert.Equal(expected.Length == 1, found);
                if (found) Assert.Equal(expected[0].Stamp, stamp);
            }
        }
    }

    [Theory]
    [InlineData(50_000)]
    [InlineData(131_073)]
    [InlineData(300_000)]
    public void An_erased_peer_takes_64_bytes_at_most(int count)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var marks = new ReplayMarks(capacity: 1 << 20);
        for (int i = 0; i < count; i++) marks.Leave(Id(i), Stamp(i + 1));
        double bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count;
        Assert.Equal(count, marks.Count);
        Assert.InRange(bytes, 40, BytesPerMark);
    }

    [Fact]
    public void A_full_table_takes_no_more()
    {
        var marks = new ReplayMarks(capacity: 10_000);
        for (int i = 0; i < 10_000; i++) marks.Leave(Id(i), Stamp(i + 1));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 10_000; i < 60_000; i++) marks.Leave(Id(i), Stamp(i + 1));
        Assert.Equal(10_000, marks.Count);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, -200_000, 200_000);
        Assert.True(marks.Refuses(Id(0), Stamp(50_000)));
        Assert.False(marks.Refuses(Id(0), Stamp(50_001)));
    }

    // As random as the hashes that they are.
    private static KeyId Id(int key)
    {
        ulong mixed = ((ulong)key + 1) * 0x9E3779B97F4A7C15;
        return new KeyId(mixed ^ (mixed >> 29), mixed * 0xBF58476D1CE4E5B9);
    }

    private static Tai64n Stamp(int second) => Tai64n.FromUnix(second * 1_000_000_000L);
}
