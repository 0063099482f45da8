namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>Names that no other test, and no other test process, uses at the same time.</summary>
internal static class Names
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static int _last;

    /// <summary>A fresh name of at most 15 characters, the limit of an interface's name: prefix, process, number.</summary>
    public static string Next(string prefix) => prefix + Base36(Environment.ProcessId) + "n" + Base36(Interlocked.Increment(ref _last));

    private static string Base36(int value)
    {
        var text = "";
        for (; value > 0; value /= 36) text = Digits[value % 36] + text;
        return text;
    }
}
