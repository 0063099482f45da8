namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>
/// How long to wait before trying again: longer each time, and never twice the same, so that those who collided do not again.
/// </summary>
internal static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(10), Longest = TimeSpan.FromMilliseconds(500);

    /// <param name="attempt">How many attempts failed, from 1 up.</param>
    /// <param name="draw">A random number, 0 to 1.</param>
    internal static TimeSpan After(int attempt, double draw)
    {
        double factor = Math.Min(Math.Pow(2, attempt - 1), Longest / First);
        return First * factor * draw;
    }
}
