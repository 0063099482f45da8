using System.Runtime.CompilerServices;

namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>What callers may ask for, checked the same way by every database.</summary>
internal static class Limits
{
    internal const int MaxPage = 10_000;

    private static readonly TimeSpan MaxLease = TimeSpan.FromHours(1);

    internal static void CheckPage(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
    }

    internal static void CheckLease(TimeSpan ttl)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ttl, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ttl, MaxLease);
    }

    internal static void CheckName(string name, [CallerArgumentExpression(nameof(name))] string? parameter = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        if (name.Length > 128) throw new ArgumentException("A name has at most 128 characters.", parameter);
    }

    /// <summary>An enum's value that may be written: one that has a name.</summary>
    internal static void CheckKnown<T>(T value, string parameter)
        where T : struct, Enum
    {
        if (EqualityComparer<T>.Default.Equals(value, default) || !Enum.IsDefined(value))
            throw new ArgumentException($"A {typeof(T).Name} that this build does not know cannot be written.", parameter);
    }
}
