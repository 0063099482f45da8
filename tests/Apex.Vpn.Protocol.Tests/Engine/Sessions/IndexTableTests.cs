using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Sessions;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Sessions;

[Trait("Item", "17")]
public sealed class IndexTableTests
{
    private sealed class Owner : IndexOwner;

    [Fact]
    public void Item17_an_index_is_random_unique_and_never_zero()
    {
        var table = new IndexTable();
        var random = new ScriptedRandom(0, 5, 0, 5, 5, 9);
        Owner first = new(), second = new();
        Assert.Equal(5u, table.Reserve(first, random));
        Assert.Equal(9u, table.Reserve(second, random));
        Assert.Same(first, table.Find(5));
        Assert.Same(second, table.Find(9));
        Assert.Equal(9u, second.LocalIndex);
    }

    [Fact]
    public void Zero_and_unknown_indices_are_no_ones()
    {
        var table = new IndexTable();
        Assert.Null(table.Find(0));
        Assert.Null(table.Find(7));
        table.Reserve(new Owner(), new ScriptedRandom(0, 7));
        Assert.Null(table.Find(0));
        Assert.Null(table.Find(7 + 16)); // the same first slot
    }

    [Fact]
    public void Item17_a_session_takes_over_the_index_of_its_handshake()
    {
        var table = new IndexTable();
        Owner handshake = new(), session = new();
        uint index = table.Reserve(handshake, new ScriptedRandom(0, 77));
        table.Replace(handshake, session);
        Assert.Same(session, table.Find(index));
        Assert.Equal(index, session.LocalIndex);
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void Item17_a_handshake_that_was_replaced_cannot_remove_its_session()
    {
        var table = new IndexTable();
        Owner handshake = new(), session = new();
        uint index = table.Reserve(handshake, new ScriptedRandom(0, 77));
        table.Replace(handshake, session);
        table.Remove(handshake);
        Assert.Same(session, table.Find(index));
        Assert.Equal(0u, handshake.LocalIndex);
        table.Remove(session);
        Assert.Null(table.Find(index));
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void Replacing_who_is_not_there_is_an_error()
    {
        var table = new IndexTable();
        Assert.Throws<InvalidOperationException>(() => table.Replace(new Owner(), new Owner()));
        var removed = new Owner();
        table.Reserve(removed, new ScriptedRandom(0, 3));
        table.Remove(removed);
        Assert.Throws<InvalidOperationException>(() => table.Replace(removed, new Owner()));
    }

    [Fact]
    public void Owners_whose_first_slots_collide_are_all_found_whichever_goes_first()
    {
        for (int leaver = 0; leaver < 5; leaver++)
        {
            var table = new IndexTable();
            var random = new ScriptedRandom(0, 15, 31, 47, 63, 79);
            Owner[] owners = [new(), new(), new(), new(), new()];
            foreach (Owner owner in owners) table.Reserve(owner, random);
            uint gone = owners[leaver].LocalIndex;
            table.Remove(owners[leaver]);
            Assert.Null(table.Find(gone));
            foreach (Owner owner in owners.Where(owner => owner.LocalIndex != 0)) Assert.Same(owner, table.Find(owner.LocalIndex));
        }
    }

    [Fact]
    public void It_grows_and_shrinks_with_its_owners()
    {
        var table = new IndexTable();
        var random = new SeededRandom(1);
        Owner[] owners = [.. Enumerable.Range(0, 10_000).Select(static _ => new Owner())];
        foreach (Owner owner in owners) table.Reserve(owner, random);
        Assert.InRange(table.Capacity, 20_000, 65_536);
        foreach (Owner owner in owners) Assert.Same(owner, table.Find(owner.LocalIndex));
        foreach (Owner owner in owners) table.Remove(owner);
        Assert.Equal(0, table.Count);
        Assert.Equal(16, table.Capacity);
    }

    [Fact]
    public void A_steady_change_of_owners_does_not_make_it_grow()
    {
        var table = new IndexTable();
        var random = new SeededRandom(2);
        var owners = new Queue<Owner>();
        for (int i = 0; i < 100_000; i++)
        {
            if (owners.Count == 100) table.Remove(owners.Dequeue());
            var owner = new Owner();
            table.Reserve(owner, random);
            owners.Enqueue(owner);
        }
        Assert.InRange(table.Capacity, 256, 512);
        foreach (Owner owner in owners) Assert.Same(owner, table.Find(owner.LocalIndex));
    }

    [Property(MaxTest = 200)]
    public bool It_agrees_with_a_dictionary(byte[] steps)
    {
        var table = new IndexTable();
        var model = new Dictionary<uint, IndexOwner>();
        // Few values, so that runs of slots are long and collide.
        uint[] indices = [.. Enumerable.Range(0, 4096).Select(static i => (uint)((i * 37 % 23) + (16 * (i % 97)) + 1))];
        var random = new ScriptedRandom(0, [.. indices, .. Enumerable.Range(100_000, 1000).Select(static i => (uint)i)]);
        foreach (byte step in steps)
        {
            IndexOwner? chosen = model.Count == 0 ? null : model.OrderBy(static pair => pair.Key).ElementAt(step % model.Count).Value;
            if (step < 128 || chosen is null)
            {
                var owner = new Owner();
                model.Add(table.Reserve(owner, random), owner);
            }
            else if (step < 200)
            {
                model.Remove(chosen.LocalIndex);
                table.Remove(chosen);
            }
            else
            {
                var successor = new Owner();
                table.Replace(chosen, successor);
                model[successor.LocalIndex] = successor;
            }
            if (table.Count != model.Count) return false;
        }
        return indices.All(index => ReferenceEquals(table.Find(index), model.GetValueOrDefault(index)));
    }

    [Fact]
    public void Item17_readers_never_miss_an_index_while_it_changes_hands_and_the_table_is_rebuilt()
    {
        var table = new IndexTable();
        var random = new SeededRandom(3);
        Owner[] pair = [new(), new()];
        uint index = table.Reserve(pair[0], random);
        int misses = 0;
        bool stop = false;
        var finds = new long[2];
        Thread[] readers = [.. Enumerable.Range(0, finds.Length).Select(number => new Thread(() => Read(number)))];
        foreach (Thread reader in readers) reader.Start();

        var others = new Queue<Owner>();
        for (int i = 0; i < 30_000 || Volatile.Read(ref finds[0]) < 300_000 || Volatile.Read(ref finds[1]) < 300_000; i++)
        {
            for (int again = 0; again < 10; again++)
            {
                table.Replace(pair[i & 1], pair[(i + 1) & 1]);
                table.Replace(pair[(i + 1) & 1], pair[i & 1]);
            }
            // The one that hands over gets an index of its own at once, as a handshake object does that is used again.
            (Owner current, Owner next) = (pair[i & 1], pair[(i + 1) & 1]);
            table.Replace(current, next);
            table.Remove(current);
            table.Reserve(current, random);
            table.Remove(current);
            var other = new Owner();
            table.Reserve(other, random);
            others.Enqueue(other);
            while (others.Count > i % 300) table.Remove(others.Dequeue());
        }
        Volatile.Write(ref stop, true);
        foreach (Thread reader in readers) reader.Join();
        Assert.Equal(0, misses);

        void Read(int number)
        {
            while (!Volatile.Read(ref stop))
            {
                if (table.Find(index) is null) Interlocked.Increment(ref misses);
                Volatile.Write(ref finds[number], finds[number] + 1);
            }
        }
    }

    [Fact]
    public void Finding_allocates_nothing()
    {
        var table = new IndexTable();
        var random = new SeededRandom(4);
        for (int i = 0; i < 100; i++) table.Reserve(new Owner(), random);
        table.Find(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint i = 1; i < 1000; i++) table.Find(i * 0x9E3779B9);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
