namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>Waits for a state of the world that sends no event, with a deadline.</summary>
internal static class Poll
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <summary>Long enough for a busy machine, short enough to end a broken run.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(20);

    /// <summary>Asks until the answer is not null; fails with <paramref name="what"/> when the deadline has passed.</summary>
    public static async Task<T> For<T>(string what, Func<Task<T?>> ask, TimeSpan? deadline = null, TimeSpan? interval = null)
        where T : class
    {
        var end = Environment.TickCount64 + (long)(deadline ?? DefaultDeadline).TotalMilliseconds;
        using var timer = new PeriodicTimer(interval ?? Interval);
        do
        {
            if (await ask() is { } answer) return answer;
        }
        while (Environment.TickCount64 < end && await timer.WaitForNextTickAsync());

        throw new TimeoutException($"Waited in vain for {what}.");
    }

    /// <summary>Asks until the answer is yes.</summary>
    public static Task Until(string what, Func<Task<bool>> ask, TimeSpan? deadline = null, TimeSpan? interval = null) =>
        For(what, async () => await ask() ? "yes" : null, deadline, interval);

    /// <summary>Asks until the answer is yes.</summary>
    public static Task Until(string what, Func<bool> ask, TimeSpan? deadline = null) => Until(what, () => Task.FromResult(ask()), deadline);
}
