using System.Globalization;

namespace Apex.Vpn.Benchmarks.Scale;

/// <summary>Options as <c>--name value</c>, and flags as <c>--name</c>.</summary>
internal sealed class Arguments(string[] arguments)
{
    internal string Text(string name, string otherwise)
    {
        int at = Array.IndexOf(arguments, name);
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : otherwise;
    }

    internal int Number(string name, int otherwise) =>
        Text(name, "") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    internal bool Flag(string name) => arguments.Contains(name);
}
