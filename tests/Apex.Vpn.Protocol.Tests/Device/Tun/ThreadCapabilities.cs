using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Tests.Device.Tun;

/// <summary>What Linux knows of the calling thread alone.</summary>
internal static unsafe partial class ThreadCapabilities
{
    private const uint Version3 = 0x20080522;
    private const int ThreadCpuClock = 3;

    /// <summary>Makes the calling thread an unprivileged one. There is no way back: only for threads that end with the test.</summary>
    internal static void DropAll()
    {
        uint* header = stackalloc uint[2] { Version3, 0 };
        uint* none = stackalloc uint[6];
        Assert.Equal(0, capset(header, none));
    }

    /// <summary>The time that the calling thread has spent computing.</summary>
    internal static TimeSpan CpuTime()
    {
        nint* time = stackalloc nint[2];
        Assert.Equal(0, clock_gettime(ThreadCpuClock, time));
        return TimeSpan.FromSeconds(time[0]) + TimeSpan.FromMicroseconds(time[1] / 1000);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int capset(uint* header, uint* data);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int clock_gettime(int clock, nint* time);
}
