using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;

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

    internal int HandshakeQueueCapacity { get; init; } = 1024;

    internal long StagingBytes { get; init; } = 16 << 20;

    /// <summary>Called on any worker when the control worker has something to do before its deadline. Must not block.</summary>
    internal Action WakeControl { get; init; } = static () => { };
}
