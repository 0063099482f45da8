namespace Apex.Vpn.Protocol.Engine;

/// <summary>A point on the device's clock, which goes on while the machine sleeps. Only differences mean something.</summary>
/// <param name="Nanoseconds">Since an origin of the clock's own; above 0 for every reading, so that 0 can mean "never".</param>
internal readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    /// <summary>Stands for "not set" and is before every reading.</summary>
    internal static Instant Never => default;

    /// <summary>Later than every reading.</summary>
    internal static Instant Eternity => new(long.MaxValue);

    internal bool IsSet => Nanoseconds != 0;

    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);

    public static Instant operator +(Instant instant, TimeSpan span) => new(instant.Nanoseconds + (span.Ticks * 100));

    public static Instant operator -(Instant instant, TimeSpan span) => new(instant.Nanoseconds - (span.Ticks * 100));

    public static TimeSpan operator -(Instant left, Instant right) => new((left.Nanoseconds - right.Nanoseconds) / 100);

    public static bool operator <(Instant left, Instant right) => left.Nanoseconds < right.Nanoseconds;

    public static bool operator >(Instant left, Instant right) => left.Nanoseconds > right.Nanoseconds;

    public static bool operator <=(Instant left, Instant right) => left.Nanoseconds <= right.Nanoseconds;

    public static bool operator >=(Instant left, Instant right) => left.Nanoseconds >= right.Nanoseconds;
}
