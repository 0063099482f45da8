namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>Waits for sources of packets on behalf of the one thread that takes from them.</summary>
internal sealed class Poller
{
    /// <summary>However busy the packets keep the thread: so often it looks at everything else that is armed.</summary>
    private const int TurnsPerLook = 64;

    private readonly IPolledSource[] _sources;
    private readonly PollSet _poll;
    private int _turns;

    internal Poller(params ReadOnlySpan<IPolledSource> sources)
    {
        _sources = sources.ToArray();
        int entries = 0;
        foreach (IPolledSource source in sources) entries += source.PollEntries;
        _poll = new PollSet(entries);
    }

    /// <summary>Called before each attempt to take something.</summary>
    internal void LookIfDue()
    {
        if (++_turns >= TurnsPerLook) Wait(patience: 0);
    }

    /// <summary>Blocks until one of the sources has something, or wants to be asked again.</summary>
    internal void Wait()
    {
        int patience = -1;
        foreach (IPolledSource source in _sources)
        {
            int wanted = source.PatienceMilliseconds;
            if (wanted >= 0 && (patience < 0 || wanted < patience)) patience = wanted;
        }
        Wait(patience);
    }

    private void Wait(int patience)
    {
        _turns = 0;
        int entry = 0;
        foreach (IPolledSource source in _sources)
        {
            source.Arm(_poll, entry);
            entry += source.PollEntries;
        }
        _poll.Wait(patience);
        entry = 0;
        foreach (IPolledSource source in _sources)
        {
            source.AfterWait(_poll, entry);
            entry += source.PollEntries;
        }
    }
}
