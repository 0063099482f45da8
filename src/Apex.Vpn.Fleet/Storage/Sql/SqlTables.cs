using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>The tables of a session.</summary>
internal static class SqlTables
{
    internal static FleetTables Of(SqlSession session)
    {
        var addresses = new AddressTable(session);
        return new FleetTables
        {
            Nodes = new NodeTable(session),
            Configurations = new ConfigurationTable(session),
            Certificates = new CertificateTable(session),
            Tokens = new TokenTable(session),
            Accounts = new AccountTable(session),
            Sessions = new SessionTable(session),
            Devices = new DeviceTable(session, addresses),
            Addresses = addresses,
            Revocations = new RevocationTable(session),
            KeyEnvelopes = new KeyEnvelopeTable(session),
            Leases = new LeaseTable(session),
            Audit = new AuditTable(session),
            Feed = new FeedTable(session),
            Idempotency = new IdempotencyTable(session),
        };
    }
}
