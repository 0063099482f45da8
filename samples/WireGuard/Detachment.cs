using System.Runtime.InteropServices;

namespace Apex.Vpn.Samples.WireGuard;

/// <summary>The child's half of <see cref="Background"/>: a session of its own, word to the starter, then silence.</summary>
internal static partial class Detachment
{
    private const int ReadWrite = 2;

    /// <summary>Leaves the starter's terminal.</summary>
    internal static void Begin() => _ = setsid();

    /// <summary>Tells the starter how it went, and lets go of its pipes.</summary>
    /// <param name="failure">Null when ready.</param>
    internal static void Report(string? failure)
    {
        Console.Out.WriteLine(failure?.ReplaceLineEndings(" ") ?? "");
        Console.Out.Flush();
        int nowhere = open("/dev/null", ReadWrite);
        for (int standard = 0; standard <= 2 && nowhere >= 0; standard++) _ = dup2(nowhere, standard);
    }

    [LibraryImport("libc")]
    private static partial int setsid();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int dup2(int from, int to);
}
