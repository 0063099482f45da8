namespace Apex.Vpn.Routing;

/// <summary>Refuses options that are out of their range, by name.</summary>
internal static class OptionRange
{
    /// <exception cref="ArgumentOutOfRangeException">Out of range, or not a number.</exception>
    internal static void Require<T>(T value, T least, T most, string name)
        where T : IComparable<T>
    {
        // NaN is less than everything, by CompareTo.
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least} to {most}.");
    }
}
