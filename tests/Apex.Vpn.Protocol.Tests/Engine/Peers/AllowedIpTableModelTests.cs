using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Peers;

public sealed class AllowedIpTableModelTests
{
    private const int Owners = 4;

    /// <summary>One change. Values are folded so that prefixes nest, meet and repeat.</summary>
    public sealed record Change(byte Action, byte Bits, byte Length, byte Owner, bool IsIPv4, bool Publish)
    {
        internal AllowedIpPrefix Prefix
        {
            get
            {
                int width = IsIPv4 ? 32 : 128;
                int length = (Length % 12) switch { 0 => 0, 1 => width, 2 => width - 1, var some => some };
                return new AllowedIpPrefix(Spread(Bits, IsIPv4), (byte)length, IsIPv4);
            }
        }
    }

    [Property(MaxTest = 400)]
    public bool It_agrees_with_a_linear_scan(Change[] changes, byte[] addresses)
    {
        var table = new AllowedIpTable<PrefixOwner>();
        PrefixOwner[] owners = [.. Enumerable.Range(0, Owners).Select(static i => new PrefixOwner($"{i}"))];
        var draft = new LinearTable();
        LinearTable published = draft.Copy();
        AllowedIpTable<PrefixOwner>.EditSession edit = table.Edit();
        foreach (Change change in changes)
        {
            if (!Apply(change, edit, draft, owners[change.Owner % Owners])) return false;
            if (change.Publish)
            {
                edit.Publish();
                published = draft.Copy();
            }
            if (!Agree(table, published, addresses)) return false;
        }
        edit.Dispose();
        return Agree(table, draft, addresses) && owners.All(owner => draft.ListOf(owner).SequenceEqual(Listed(owner)));
    }

    [Fact]
    public void Many_random_prefixes_agree_with_a_linear_scan_while_they_come_move_and_go()
    {
        var random = new SeededRandom(41);
        var table = new AllowedIpTable<PrefixOwner>();
        PrefixOwner[] owners = [.. Enumerable.Range(0, 50).Select(static i => new PrefixOwner($"{i}"))];
        var model = new LinearTable();
        for (int round = 0; round < 40; round++)
        {
            using (AllowedIpTable<PrefixOwner>.EditSession edit = table.Edit())
            {
                for (int i = 0; i < 25; i++) edit.Add(model.Add(RandomPrefix(random), Pick()), model.Last);
                foreach (AllowedIpPrefix prefix in model.Sample(random, 10))
                {
                    PrefixOwner owner = model.OwnerOf(prefix)!;
                    Assert.True(edit.Remove(prefix, owner));
                    model.Remove(prefix, owner);
                }
                foreach (AllowedIpPrefix prefix in model.Sample(random, 10)) edit.Add(model.Add(prefix, Pick()), model.Last);
                PrefixOwner leaver = Pick();
                edit.RemoveAll(leaver);
                model.RemoveAll(leaver);
            }
            for (int i = 0; i < 200; i++)
            {
                bool isIPv4 = (i & 1) == 0;
                UInt128 address = model.NearSome(random, isIPv4);
                Assert.Same(model.Find(address, isIPv4), table.Find(address, isIPv4));
            }
            foreach (PrefixOwner owner in owners) Assert.Equal(model.ListOf(owner), Listed(owner));
        }

        PrefixOwner Pick() => owners[random.NextUInt32() % (uint)owners.Length];
    }

    [Fact]
    public void Readers_find_the_old_owner_or_the_new_one_while_a_prefix_moves()
    {
        var table = new AllowedIpTable<PrefixOwner>();
        PrefixOwner wide = new("wide"), left = new("left"), right = new("right"), noise = new("noise");
        AllowedIpPrefix moving = PrefixOwner.Prefix("10.1.0.0/16"), moving6 = PrefixOwner.Prefix("2001:db8:1::/48");
        using (AllowedIpTable<PrefixOwner>.EditSession edit = table.Edit())
        {
            edit.Add(PrefixOwner.Prefix("10.0.0.0/8"), wide);
            edit.Add(PrefixOwner.Prefix("2001:db8::/32"), wide);
            edit.Add(moving, left);
            edit.Add(moving6, left);
        }
        int wrong = 0, ready = 0;
        bool stop = false;
        Thread[] readers = [.. Enumerable.Range(0, 2).Select(_ => new Thread(Read))];
        foreach (Thread reader in readers) reader.Start();
        SpinWait.SpinUntil(() => Volatile.Read(ref ready) == readers.Length);

        var random = new SeededRandom(5);
        for (int i = 0; i < 20_000; i++)
        {
            using AllowedIpTable<PrefixOwner>.EditSession edit = table.Edit();
            PrefixOwner next = (i & 1) == 0 ? right : left;
            edit.RemoveAll(left);
            edit.RemoveAll(right);
            if (i % 16 == 0) edit.RemoveAll(noise);
            edit.Add(moving, next);
            edit.Add(moving6, next);
            edit.Add(new AllowedIpPrefix(0x0A010000u | (random.NextUInt32() & 0xFF7F), 24, IsIPv4: true), next);
            edit.Add(new AllowedIpPrefix(0x0A000000u | (random.NextUInt32() & 0xFFFF), 32, IsIPv4: true), noise);
        }
        Volatile.Write(ref stop, true);
        foreach (Thread reader in readers) reader.Join();
        Assert.Equal(0, wrong);

        void Read()
        {
            Interlocked.Increment(ref ready);
            UInt128 address6 = PrefixOwner.Address("2001:db8:1::7");
            while (!Volatile.Read(ref stop))
            {
                PrefixOwner? found = table.FindIPv4(0x0A010203), found6 = table.FindIPv6(address6);
                if (found != left && found != right) Interlocked.Increment(ref wrong);
                if (found6 != left && found6 != right) Interlocked.Increment(ref wrong);
                if (table.FindIPv4(0x0AF00000) != wide) Interlocked.Increment(ref wrong);
            }
        }
    }

    private static bool Apply(Change change, AllowedIpTable<PrefixOwner>.EditSession edit, LinearTable model, PrefixOwner owner)
    {
        switch (change.Action % 8)
        {
            case 0:
                edit.RemoveAll(owner);
                model.RemoveAll(owner);
                return true;
            case 1 or 2:
                return edit.Remove(change.Prefix, owner) == model.Remove(change.Prefix, owner);
            default:
                edit.Add(model.Add(change.Prefix, owner), owner);
                return true;
        }
    }

    private static bool Agree(AllowedIpTable<PrefixOwner> table, LinearTable model, byte[] addresses)
    {
        foreach (byte bits in addresses)
        {
            foreach (bool isIPv4 in (bool[])[true, false])
            {
                UInt128 address = Spread(bits, isIPv4);
                if (!ReferenceEquals(table.Find(address, isIPv4), model.Find(address, isIPv4))) return false;
            }
        }
        return true;
    }

    private static List<AllowedIpPrefix> Listed(PrefixOwner owner)
    {
        var list = new List<AllowedIpPrefix>();
        foreach (AllowedIpPrefix prefix in owner.AllowedIps) list.Add(prefix);
        return list;
    }

    // Six bits at the start of the address, two at its end.
    private static UInt128 Spread(byte bits, bool isIPv4) => ((UInt128)(uint)(bits >> 2) << (isIPv4 ? 26 : 122)) | (uint)(bits & 3);

    private static AllowedIpPrefix RandomPrefix(SeededRandom random)
    {
        bool isIPv4 = (random.NextUInt32() & 1) == 0;
        ulong high = isIPv4 ? 0 : ((ulong)random.NextUInt32() << 32) | random.NextUInt32();
        var bits = new UInt128(high, random.NextUInt32());
        return new AllowedIpPrefix(bits, (byte)(random.NextUInt32() % (isIPv4 ? 33u : 129u)), isIPv4);
    }
}
