using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>How a simulated node differs from the usual one.</summary>
internal sealed record NodeOptions
{
    internal AeadProvider Aead { get; init; } = AeadProviders.Select(AeadChoice.Libsodium);

    internal IPacketFilter? Filter { get; init; }

    /// <summary>Decides about keys that nobody configured; null for none.</summary>
    internal Clerk? Clerk { get; init; }

    internal IMembershipFilter? MembershipFilter { get; init; }

    internal int MaxCachedGrants { get; init; } = 65_536;

    internal int MaxReplayMarks { get; init; } = 1 << 20;

    internal NoticeClientOptions? NoticeClient { get; init; }

    internal NoticeNodeOptions? NoticeNode { get; init; }

    internal int HandshakeQueueCapacity { get; init; } = 1024;

    internal long StagingBytes { get; init; } = 16 << 20;

    internal int Mtu { get; init; } = 1420;

    internal bool IsUp { get; init; } = true;

    /// <summary>The wall clock at the start of the world: nanoseconds since 1970.</summary>
    internal long UnixNanoseconds { get; init; } = 1_800_000_000_000_000_000;
}
