namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>All tables, as one session sees them.</summary>
internal sealed class FleetTables
{
    internal const string ReadOnly = "The transaction only reads; write with FleetStore.WriteAsync.";

    internal required INodeStore Nodes { get; init; }

    internal required IConfigurationStore Configurations { get; init; }

    internal required ICertificateStore Certificates { get; init; }

    internal required ITokenTable Tokens { get; init; }

    internal required IAccountStore Accounts { get; init; }

    internal required ISessionTable Sessions { get; init; }

    internal required IDeviceStore Devices { get; init; }

    internal required IAddressStore Addresses { get; init; }

    internal required IRevocationTable Revocations { get; init; }

    internal required IKeyEnvelopeStore KeyEnvelopes { get; init; }

    internal required ILeaseTable Leases { get; init; }

    internal required IAuditLog Audit { get; init; }

    internal required IFeedTable Feed { get; init; }

    internal required IIdempotencyTable Idempotency { get; init; }
}
