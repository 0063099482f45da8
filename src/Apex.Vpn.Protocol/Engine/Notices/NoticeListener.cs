namespace Apex.Vpn.Protocol.Engine.Notices;

/// <summary>
/// A client that said hello in a session, and so wants notices in it. It stands on the session and goes with it: whoever comes back with the
/// same key and an engine that knows no notices gets none.
/// </summary>
/// <remarks>Made by the receiving worker that took the hello. The control worker notes what it sent, receiving workers take the
/// acknowledgement, both by interlocked exchange.</remarks>
internal sealed class NoticeListener(Guid instance, NoticeAddresses way)
{
    private const ulong Nothing = ulong.MaxValue;

    private ulong _awaited = Nothing;

    /// <summary>The client's process.</summary>
    internal Guid Instance { get; } = instance;

    /// <summary>From the node to the client.</summary>
    internal NoticeAddresses Way { get; } = way;

    /// <summary>A notice is about to be sent.</summary>
    internal void Await(ulong sequence) => Interlocked.Exchange(ref _awaited, sequence);

    /// <summary>An acknowledgement came; true for the first one of what was sent last.</summary>
    internal bool TryAcknowledge(ulong sequence) =>
        sequence != Nothing && Interlocked.CompareExchange(ref _awaited, Nothing, sequence) == sequence;

    /// <summary>Whether what was sent last came through.</summary>
    internal bool IsAcknowledged => Interlocked.Read(ref _awaited) == Nothing;
}
