using System.Reflection;
using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>Every reason to drop a packet is met, and counts on its own counter and no other.</summary>
public sealed class DropReasonTests
{
    public static TheoryData<DropReason> Scripted => [.. DropScripts.All.Keys];

    [Theory]
    [MemberData(nameof(Scripted))]
    public void A_dropped_packet_is_counted_once_and_by_its_reason(DropReason reason)
    {
        using var scene = new DropScene();
        Action last = DropScripts.All[reason](scene);
        Dictionary<DropReason, long> before = scene.Counters();
        int told = scene.Node.Events.Drops.GetValueOrDefault(reason), toldInAll = scene.Node.Events.Drops.Values.Sum();
        last();
        Dictionary<DropReason, long> after = scene.Counters();
        IEnumerable<(DropReason, long)> changes =
            from entry in after
            where entry.Value != before[entry.Key]
            select (entry.Key, entry.Value - before[entry.Key]);
        Assert.Equal([(reason, 1L)], changes);
        Assert.Equal(told + 1, scene.Node.Events.Drops[reason]);
        Assert.Equal(toldInAll + 1, scene.Node.Events.Drops.Values.Sum());
    }

    [Fact]
    public void No_reason_is_left_out()
    {
        // What only the shell around the engine can find out is met by its tests, which say so by a trait.
        IEnumerable<DropReason> elsewhere =
            from type in Assembly.GetExecutingAssembly().GetTypes()
            from method in type.GetMethods()
            from trait in CustomAttributeData.GetCustomAttributes(method)
            where trait.AttributeType == typeof(TraitAttribute) && (string?)trait.ConstructorArguments[0].Value == "Drop"
            select Enum.Parse<DropReason>((string)trait.ConstructorArguments[1].Value!);
        Assert.Equal(
            Enum.GetValues<DropReason>().Where(static reason => reason != DropReason.None),
            DropScripts.All.Keys.Concat(elsewhere).Distinct().Order());
    }
}
