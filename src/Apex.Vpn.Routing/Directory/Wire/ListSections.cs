namespace Apex.Vpn.Routing.Directory.Wire;

/// <summary>The parts of a list's body by the number they have there: those of <see cref="ListPart"/>. Other numbers are skipped.</summary>
internal static class ListSections
{
    /// <summary>How long a part may be: no longer than a file.</summary>
    internal const int MaxSize = DirectoryLimits.ListSize;

    /// <summary>Coordinates are whole millionths of a degree: 11 cm.</summary>
    internal const double CoordinateUnit = 1e6;

    internal const byte IPv4 = 4;
    internal const byte IPv6 = 6;
}
