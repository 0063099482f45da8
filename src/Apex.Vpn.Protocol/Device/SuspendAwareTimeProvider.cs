using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol;

/// <summary>
/// A clock whose timestamps go on while the machine sleeps, so that a session that went stale meanwhile is known to be stale after it.
/// </summary>
/// <remarks>
/// Linux and Android: <c>CLOCK_BOOTTIME</c>. Apple systems: <c>mach_continuous_time</c>. Windows: <c>QueryInterruptTime</c>. Elsewhere the
/// system's monotonic clock, which may stand still in sleep. Timers of this provider do not go on in sleep. Safe from any thread.
/// </remarks>
public sealed partial class SuspendAwareTimeProvider : TimeProvider
{
    private const int ClockBoottime = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly Source _source;
    private readonly long _numerator = 1;
    private readonly long _denominator = 1;

    private SuspendAwareTimeProvider()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsAndroid())
        {
            _source = Source.Linux;
        }
        else if (OperatingSystem.IsWindows())
        {
            _source = Source.Windows;
        }
        else if (OperatingSystem.IsMacOS() || OperatingSystem.IsIOS() || OperatingSystem.IsMacCatalyst() || OperatingSystem.IsTvOS())
        {
            _source = Source.Apple;
            _ = mach_timebase_info(out MachTimebase timebase);
            (_numerator, _denominator) = (timebase.Numerator, timebase.Denominator);
        }
    }

    private enum Source
    {
        Monotonic,
        Linux,
        Apple,
        Windows,
    }

    /// <summary>The one instance.</summary>
    public static SuspendAwareTimeProvider Instance { get; } = new();

    /// <inheritdoc/>
    public override long TimestampFrequency => _source == Source.Monotonic ? System.TimestampFrequency : NanosecondsPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        switch (_source)
        {
            case Source.Linux:
                _ = clock_gettime(ClockBoottime, out TimeSpec time);
                return (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds;
            case Source.Apple:
                return (long)((UInt128)mach_continuous_time() * (ulong)_numerator / (ulong)_denominator);
            case Source.Windows:
                QueryInterruptTime(out ulong hundredNanoseconds);
                return (long)hundredNanoseconds * 100;
            default:
                return System.GetTimestamp();
        }
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out TimeSpec time);

    [LibraryImport("libSystem")]
    private static partial ulong mach_continuous_time();

    [LibraryImport("libSystem")]
    private static partial int mach_timebase_info(out MachTimebase timebase);

    [LibraryImport("api-ms-win-core-realtime-l1-1-1")]
    private static partial void QueryInterruptTime(out ulong hundredNanoseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        private readonly nint _seconds;
        private readonly nint _nanoseconds;

        internal readonly long Seconds => _seconds;

        internal readonly long Nanoseconds => _nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MachTimebase
    {
        internal uint Numerator;
        internal uint Denominator;
    }
}
