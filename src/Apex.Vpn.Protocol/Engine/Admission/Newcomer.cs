using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>An initiator that has proven to hold its key, which is no peer's: what it takes to answer it.</summary>
internal readonly ref struct Newcomer
{
    internal required PublicKey Key { get; init; }

    internal required KeyId Id { get; init; }

    internal required DeviceIdentity Identity { get; init; }

    internal required Tai64n Stamp { get; init; }

    /// <summary>Where the initiation came from: the response goes there, nothing else.</summary>
    internal required UdpPath Path { get; init; }

    /// <summary>The sender index of the initiation.</summary>
    internal required uint Index { get; init; }

    internal required ReadOnlySpan<byte> Ephemeral { get; init; }

    /// <summary>The symmetric state after the initiation; used up by the answer.</summary>
    internal required Span<byte> State { get; init; }

    internal required ReadOnlySpan<byte> StaticStatic { get; init; }
}
