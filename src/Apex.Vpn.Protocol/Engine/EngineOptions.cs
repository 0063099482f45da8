using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol.Engine;

/// <summary>What an engine is made of and how large it may grow.</summary>
internal sealed class EngineOptions
{
    internal required AeadProvider Aead { get; init; }

    internal required EngineRandom Random { get; init; }

    internal DeviceObserver? Observer { get; init; }

    internal IPacketFilter? Filter { get; init; }

    /// <summary>How peers are made just in time; null for not at all.</summary>
    internal AdmissionOptions? Admission { get; init; }

    internal NoticeClientOptions? NoticeClient { get; init; }

    internal NoticeNodeOptions? NoticeNode { get; init; }

    /// <summary>Takes a notice that a client believes. Called on the control worker; must not block.</summary>
    internal Action<Notice> NoticeReceived { get; init; } = static _ => { };

    /// <summary>No notice of a node waits any more for its acknowledgement. Called on the control worker; must not block.</summary>
    internal Action NoticesSettled { get; init; } = static () => { };

    internal int HandshakeQueueCapacity { get; init; } = 1024;

    internal long StagingBytes { get; init; } = 16 << 20;

    /// <summary>Called on any worker when the control worker has something to do before its deadline. Must not block.</summary>
    internal Action WakeControl { get; init; } = static () => { };
}
