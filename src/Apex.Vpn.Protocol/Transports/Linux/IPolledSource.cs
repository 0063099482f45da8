using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>Where packets come from, for a thread that waits for several at once. All calls are that thread's.</summary>
internal interface IPolledSource
{
    /// <summary>How many entries of a poll set it needs.</summary>
    int PollEntries { get; }

    /// <summary>How long to wait at most before the next call; -1 for any time.</summary>
    int PatienceMilliseconds { get; }

    /// <summary>Takes what can be had without waiting; false when that is nothing.</summary>
    /// <param name="batch">Emptied first.</param>
    /// <param name="woken">Whether somebody asked to be noticed.</param>
    bool TryTake(PacketBatch batch, out bool woken);

    /// <summary>Sets what to wait for.</summary>
    /// <param name="poll">The set.</param>
    /// <param name="first">Our first entry.</param>
    void Arm(PollSet poll, int first);

    /// <summary>Looks at what the wait brought.</summary>
    /// <param name="poll">The set.</param>
    /// <param name="first">Our first entry.</param>
    void AfterWait(PollSet poll, int first);
}
