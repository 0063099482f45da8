using System.Reflection;

namespace Apex.Vpn.Architecture.Tests;

/// <summary>
/// Cores take time and randomness as parameters and write into the caller's buffer: none has a field, parameter, result or local of a type
/// that does I/O, runs work or reads a clock. The analyzer that bans APIs sees calls; this sees the types between them.
/// </summary>
public sealed class SansIoTests
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly string[] CoreNamespaces =
    [
        "Apex.Vpn.Protocol.Engine", "Apex.Vpn.Protocol.Crypto", "Apex.Vpn.Protocol.Buffers",
        "Apex.Vpn.Routing.Latency", "Apex.Vpn.Routing.Selection", "Apex.Vpn.Routing.Failover", "Apex.Vpn.Routing.Placement",
        "Apex.Vpn.Routing.Directory.Wire",
        "Apex.Vpn.Fleet.Health", "Apex.Vpn.Fleet.Metrics", "Apex.Vpn.Fleet.Registry", "Apex.Vpn.Fleet.Rollouts", "Apex.Vpn.Fleet.Statistics",
    ];

    // The keys live in the root namespace, beside the device; what decides on lists lives beside what fetches them.
    private static readonly string[] CoreTypes =
    [
        "Apex.Vpn.Protocol.KeyText", "Apex.Vpn.Protocol.SecretKey", "Apex.Vpn.Protocol.PrivateKey", "Apex.Vpn.Protocol.PresharedKey",
        "Apex.Vpn.Protocol.PublicKey", "Apex.Vpn.Protocol.ProbeSecret", "Apex.Vpn.Protocol.ProbeEpoch", "Apex.Vpn.Protocol.SigningKey",
        "Apex.Vpn.Protocol.SignaturePublicKey", "Apex.Vpn.Routing.Directory.DirectoryState",
    ];

    private static readonly string[] ForbiddenNamespaces =
        ["System.Net.Sockets", "System.Threading.Tasks", "System.Threading.Channels", "System.IO", "System.Net.NetworkInformation", "Microsoft.Extensions"];

    private static readonly string[] ForbiddenTypes =
    [
        "System.Threading.Thread", "System.Threading.ThreadPool", "System.Threading.Timer", "System.Threading.ITimer",
        "System.Threading.PeriodicTimer", "System.Threading.CancellationToken", "System.Threading.CancellationTokenSource",
        "System.TimeProvider", "System.DateTime", "System.Diagnostics.Stopwatch", "System.Random", "System.Console",
        "System.Diagnostics.Process", "System.Net.Dns",
    ];

    public static TheoryData<string> Cores => [.. CoreNamespaces.Where(Exists), .. CoreTypes];

    [Theory]
    [MemberData(nameof(Cores))]
    public void A_core_has_nothing_that_does_IO_runs_work_or_reads_a_clock(string core)
    {
        Type[] types = [.. Floor.All.SelectMany(static floor => floor.Assembly.GetTypes()).Where(type => Belongs(type, core))];
        Assert.NotEmpty(types);

        string[] found = [.. types.SelectMany(Mentions).Where(static mention => IsForbidden(mention.Type)).Select(static mention => mention.Where).Distinct()];

        Assert.Empty(found);
    }

    [Theory]
    [InlineData("Fields")]
    [InlineData("Parameters")]
    [InlineData("Results")]
    [InlineData("Locals")]
    [InlineData("Arguments")]
    [InlineData("Bases")]
    public void The_net_has_no_hole(string what)
    {
        Type caught = typeof(Caught).GetNestedType(what, BindingFlags.NonPublic)!;

        Assert.Contains(Mentions(caught), static mention => IsForbidden(mention.Type));
        Assert.DoesNotContain(Mentions(typeof(Caught.Nothing)), static mention => IsForbidden(mention.Type));
    }

    private static bool Exists(string core) => Floor.All.SelectMany(static floor => floor.Assembly.GetTypes()).Any(type => Belongs(type, core));

    private static bool Belongs(Type type, string core) =>
        type.Namespace is { } space && (space == core || space.StartsWith(core + ".", StringComparison.Ordinal) || $"{space}.{Outermost(type).Name}" == core);

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static bool IsForbidden(Type type) =>
        type.FullName is { } name
        && (ForbiddenTypes.Contains(name, StringComparer.Ordinal)
            || (type.Namespace is { } space
                && ForbiddenNamespaces.Any(forbidden => space == forbidden || space.StartsWith(forbidden + ".", StringComparison.Ordinal))));

    private static IEnumerable<(Type Type, string Where)> Mentions(Type type)
    {
        IEnumerable<(Type? Type, string Where)> direct =
        [
            (type.BaseType, "is one"),
            .. type.GetInterfaces().Select(static mentioned => ((Type?)mentioned, "is one")),
            .. type.GetFields(Declared).Select(static field => ((Type?)field.FieldType, field.Name)),
            .. type.GetMethods(Declared).Select(static method => ((Type?)method.ReturnType, method.Name + " returns one")),
            .. type.GetMembers(Declared).OfType<MethodBase>().SelectMany(static method => method.GetParameters()
                .Select(parameter => ((Type?)parameter.ParameterType, $"{method.Name}({parameter.Name})"))),
            .. type.GetMembers(Declared).OfType<MethodBase>().SelectMany(static method => Locals(method)
                .Select(local => ((Type?)local, method.Name + " has a local"))),
        ];
        return direct.Where(static mention => mention.Type is not null)
            .SelectMany(mention => Parts(mention.Type!).Select(part => (part, $"{type.FullName}: {mention.Where}: {part.FullName}")));
    }

    private static IEnumerable<Type> Locals(MethodBase method) =>
        method.GetMethodBody()?.LocalVariables.Select(static local => local.LocalType) ?? [];

    /// <summary>A type and whatever it is made of: elements, generic arguments.</summary>
    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType) return Parts(type.GetElementType()!);
        if (!type.IsGenericType) return [type];
        return [type.GetGenericTypeDefinition(), .. type.GetGenericArguments().SelectMany(Parts)];
    }

    /// <summary>What the test must find, and one type where it must find nothing.</summary>
    private static class Caught
    {
#pragma warning disable CS0649, CS0169, CA1823, CA1822, IDE0051, IDE0060 // only looked at, never used
        internal sealed class Fields
        {
            private readonly Lazy<TimeProvider?[]>? _clock;
        }

        internal sealed class Parameters
        {
            internal void Take(ref Stream stream) { }
        }

        internal sealed class Results
        {
            internal ValueTask Give() => default;
        }

        internal sealed class Locals
        {
            internal int Use()
            {
                var random = new Random(1);
                return random.Next() + random.Next();
            }
        }

        internal sealed class Arguments
        {
            internal Func<Task>? Work { get; set; }
        }

        internal sealed class Bases : MemoryStream;

        internal sealed class Nothing
        {
            private readonly Dictionary<string, int[]> _counts = [];

            internal int Count(ReadOnlySpan<char> text) => _counts[text.ToString()].Sum();
        }
#pragma warning restore
    }
}
