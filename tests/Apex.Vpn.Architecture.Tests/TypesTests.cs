using System.Reflection;
using System.Runtime.CompilerServices;

namespace Apex.Vpn.Architecture.Tests;

/// <summary>What holds for every type of the packages.</summary>
public sealed class TypesTests
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    // Set by stress tests; calls to it are compiled into DEBUG builds only.
    private const string YieldHook = "Apex.Vpn.Protocol.Engine.Sessions.InjectedYields.Hook";

    public static TheoryData<string> Floors => [.. Floor.All.Select(static floor => floor.Name)];

    [Theory]
    [MemberData(nameof(Floors))]
    public void Classes_are_sealed_unless_they_are_made_to_be_derived_from(string name)
    {
        Floor floor = Floor.All.Single(floor => floor.Name == name);

        string[] open = [.. floor.WrittenTypes.Where(static type => type is { IsClass: true, IsSealed: false, IsAbstract: false }).Select(static type => type.FullName!)];

        Assert.Empty(open);
    }

    // Two devices in one process must not meet.
    [Theory]
    [MemberData(nameof(Floors))]
    public void No_static_field_that_others_can_reach_can_be_changed(string name)
    {
        Floor floor = Floor.All.Single(floor => floor.Name == name);

        string[] mutable =
        [
            .. floor.WrittenTypes.SelectMany(static type => type.GetFields(Declared))
                .Where(static field => field is { IsStatic: true, IsLiteral: false, IsInitOnly: false, IsPrivate: false })
                .Where(static field => !field.IsDefined(typeof(CompilerGeneratedAttribute)))
                .Select(static field => $"{field.DeclaringType}.{field.Name}"),
        ];
        string[] settable =
        [
            .. floor.WrittenTypes.SelectMany(static type => type.GetProperties(Declared))
                .Where(static property => property.SetMethod is { IsStatic: true, IsPrivate: false })
                .Select(static property => $"{property.DeclaringType}.{property.Name}")
                .Where(static property => property != YieldHook),
        ];

        Assert.Empty(mutable);
        Assert.Empty(settable);
    }

    [Theory]
    [MemberData(nameof(Floors))]
    public void Public_types_live_below_the_name_of_their_package(string name)
    {
        Floor floor = Floor.All.Single(floor => floor.Name == name);

        Assert.All(floor.Assembly.GetExportedTypes(), type => Assert.True(
            type.Namespace == name
            || type.Namespace!.StartsWith(name + ".", StringComparison.Ordinal)
            // The one exception: extensions of a host's services are looked for where those are.
            || (type.Namespace == "Microsoft.Extensions.DependencyInjection" && type.Name.EndsWith("Extensions", StringComparison.Ordinal)),
            type.FullName));
    }

    [Theory]
    [MemberData(nameof(Floors))]
    public void Async_methods_that_others_call_can_be_cancelled(string name)
    {
        Floor floor = Floor.All.Single(floor => floor.Name == name);

        string[] deaf =
        [
            .. floor.Assembly.GetExportedTypes().SelectMany(static type => type.GetMethods(Declared))
                .Where(static method => method.IsPublic && method.Name.EndsWith("Async", StringComparison.Ordinal) && method.Name != "DisposeAsync")
                .Where(static method => method.GetParameters() is not [.., { ParameterType: var last }] || last != typeof(CancellationToken))
                .Select(static method => $"{method.DeclaringType}.{method.Name}"),
        ];

        Assert.Empty(deaf);
    }
}
