using System.Reflection;
using System.Runtime.CompilerServices;

namespace Apex.Vpn.Architecture.Tests;

/// <summary>One of the four packages, from the ground up.</summary>
internal sealed record Floor(string Name, string[] MayReference, string[] MayReferenceProjects)
{
    // A name that ends with a dot stands for all names that begin so.
    internal static Floor Protocol { get; } = new("Apex.Vpn.Protocol", ["System.", "NSec.Cryptography"], []);

    internal static Floor Routing { get; } = new("Apex.Vpn.Routing", ["System.", "Apex.Vpn.Protocol"], ["Apex.Vpn.Protocol"]);

    internal static Floor Fleet { get; } =
        new("Apex.Vpn.Fleet", ["System.", "Apex.Vpn.Protocol", "Apex.Vpn.Routing"], ["Apex.Vpn.Routing"]);

    internal static Floor Hosting { get; } = new(
        "Apex.Vpn.Hosting",
        ["System.", "Microsoft.Extensions.", "Microsoft.AspNetCore.", "Apex.Vpn.Protocol", "Apex.Vpn.Routing", "Apex.Vpn.Fleet"],
        ["Apex.Vpn.Fleet"]);

    internal static Floor[] All { get; } = [Protocol, Routing, Fleet, Hosting];

    internal Assembly Assembly => Assembly.Load(Name);

    /// <summary>The types somebody wrote; not those that the compiler or a generator made.</summary>
    internal IEnumerable<Type> WrittenTypes => Assembly.GetTypes().Where(static type => !IsGenerated(type));

    internal bool Allows(string reference) =>
        MayReference.Any(allowed => allowed.EndsWith('.') ? reference.StartsWith(allowed, StringComparison.Ordinal) : reference == allowed);

    internal static bool IsGenerated(Type type)
    {
        for (Type? outer = type; outer is not null; outer = outer.DeclaringType)
        {
            if (outer.IsDefined(typeof(CompilerGeneratedAttribute), false)
                || outer.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), false)
                || outer.Name.Contains('<', StringComparison.Ordinal))
                return true;
        }
        return false;
    }
}
