using System.Collections.Immutable;
using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Storage.Memory;

/// <summary>
/// All rows, with what makes them unique. A transaction changes a copy, which costs nothing since its parts are shared, and commits by
/// putting it in the place of the one before.
/// </summary>
internal sealed class MemoryState
{
    internal ImmutableDictionary<Guid, Node> Nodes = ImmutableDictionary<Guid, Node>.Empty;
    internal ImmutableDictionary<string, Guid> NodeNames = ImmutableDictionary<string, Guid>.Empty;
    internal ImmutableDictionary<(string Name, long Version), NodeConfiguration> Configurations =
        ImmutableDictionary<(string Name, long Version), NodeConfiguration>.Empty;
    internal ImmutableDictionary<string, Certificate> Certificates = ImmutableDictionary<string, Certificate>.Empty;
    internal ImmutableDictionary<Guid, EnrolmentToken> Tokens = ImmutableDictionary<Guid, EnrolmentToken>.Empty;
    internal ImmutableDictionary<Guid, Account> Accounts = ImmutableDictionary<Guid, Account>.Empty;
    internal ImmutableDictionary<string, Guid> Lookups = ImmutableDictionary<string, Guid>.Empty;
    internal ImmutableDictionary<Guid, Device> Devices = ImmutableDictionary<Guid, Device>.Empty;
    internal ImmutableDictionary<PublicKey, Guid> DeviceKeys = ImmutableDictionary<PublicKey, Guid>.Empty;
    internal ImmutableDictionary<InnerAddress, AddressUse> Addresses = ImmutableDictionary<InnerAddress, AddressUse>.Empty;
    internal ImmutableDictionary<Guid, InnerAddress> DeviceAddresses = ImmutableDictionary<Guid, InnerAddress>.Empty;
    internal ImmutableDictionary<Guid, Session> Sessions = ImmutableDictionary<Guid, Session>.Empty;
    internal ImmutableDictionary<string, Guid> SessionHashes = ImmutableDictionary<string, Guid>.Empty;
    internal ImmutableDictionary<string, Guid> SpentHashes = ImmutableDictionary<string, Guid>.Empty;
    internal ImmutableDictionary<(string Kind, string Subject), Revocation> Revocations =
        ImmutableDictionary<(string Kind, string Subject), Revocation>.Empty;
    internal ImmutableDictionary<(string Name, long Version), KeyEnvelope> KeyEnvelopes =
        ImmutableDictionary<(string Name, long Version), KeyEnvelope>.Empty;
    internal ImmutableDictionary<string, Lease> Leases = ImmutableDictionary<string, Lease>.Empty;
    internal ImmutableList<AuditEntry> Audit = [];
    internal ImmutableDictionary<(string Scope, string Value), (StoredAnswer Answer, DateTimeOffset At)> Idempotency =
        ImmutableDictionary<(string Scope, string Value), (StoredAnswer Answer, DateTimeOffset At)>.Empty;
    internal ImmutableList<FeedHead> FeedHeads = [];
    internal ImmutableDictionary<(int Shard, long Sequence), FeedEvent> FeedEvents =
        ImmutableDictionary<(int Shard, long Sequence), FeedEvent>.Empty;

    internal MemoryState Copy() => (MemoryState)MemberwiseClone();

    /// <summary>Bytes as a key of a dictionary.</summary>
    internal static string KeyOf(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);
}

/// <summary>Who has an address, or until when it rests.</summary>
internal readonly record struct AddressUse(Guid? Device, DateTimeOffset FreeAt);
