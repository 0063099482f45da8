namespace Apex.Vpn.Routing.Failover;

/// <summary>
/// When to leave a server that drains: as soon as the tunnel is at rest, so that nothing is torn; under traffic some time in the second
/// half of what is left, drawn at random, so that not all clients of a server arrive elsewhere at once.
/// </summary>
/// <param name="AtRestFrom">From when on a tunnel at rest may move.</param>
/// <param name="AtTheLatest">When it moves, at rest or not.</param>
internal readonly record struct DrainSchedule(TimeSpan AtRestFrom, TimeSpan AtTheLatest)
{
    /// <summary>Tunnels at rest are spread over so long.</summary>
    private static readonly TimeSpan RestSpread = TimeSpan.FromSeconds(60);

    internal static DrainSchedule Create(TimeSpan now, TimeSpan deadline, TimeSpan margin, double draw)
    {
        TimeSpan left = deadline > now ? deadline - now : TimeSpan.Zero;
        // On short notice the margin shrinks too, so that clients still spread.
        TimeSpan usable = left - (margin < left / 2 ? margin : left / 2);
        TimeSpan spread = usable / 2;
        return new DrainSchedule(now + (draw * (spread < RestSpread ? spread : RestSpread)), now + usable - (draw * spread));
    }

    /// <summary>When it is due for a tunnel that last carried data at a time.</summary>
    internal TimeSpan Due(TimeSpan? lastData, TimeSpan pause)
    {
        TimeSpan atRest = lastData is { } last && last + pause > AtRestFrom ? last + pause : AtRestFrom;
        return atRest < AtTheLatest ? atRest : AtTheLatest;
    }
}
