using System.Globalization;

namespace Apex.Vpn.Fuzz;

/// <summary>Options as <c>--name value</c>, and flags as <c>--name</c>.</summary>
internal sealed class CommandLine(string[] arguments)
{
    private readonly List<string> _known = [];

    internal string? Text(string name)
    {
        _known.Add(name);
        int at = Array.IndexOf(arguments, name);
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }

    internal long Number(string name, long otherwise) =>
        Text(name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    internal bool Flag(string name)
    {
        _known.Add(name);
        return arguments.Contains(name);
    }

    /// <summary>The options that nobody asked for.</summary>
    internal IEnumerable<string> Unknown => arguments.Where(argument => argument.StartsWith("--", StringComparison.Ordinal) && !_known.Contains(argument));
}
