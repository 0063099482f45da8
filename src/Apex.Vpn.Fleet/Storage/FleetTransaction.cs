using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>
/// One transaction: everything that is done through it is committed together, with its events in the change feed, or not at all. Valid
/// only inside the call that it was handed to; used by one thread at a time.
/// </summary>
public sealed class FleetTransaction
{
    /// <summary>How large an event's payload may be, 64 KiB.</summary>
    public const int MaxPayload = 65_536;

    private const int MaxKind = 64, MaxSubject = 128;

    private readonly FleetTables _tables;
    private readonly FleetStoreOptions _options;
    private readonly List<PendingEvent>? _events;

    /// <param name="tables">The tables, in an open transaction.</param>
    /// <param name="now">The database's time.</param>
    /// <param name="options">The store's options.</param>
    /// <param name="events">Where events go; null in a transaction that only reads.</param>
    internal FleetTransaction(FleetTables tables, DateTimeOffset now, FleetStoreOptions options, List<PendingEvent>? events)
    {
        _tables = tables;
        _options = options;
        _events = events;
        Now = now;
    }

    /// <summary>
    /// The time by the database's clock when the transaction began, in whole microseconds: the only clock that counts here.
    /// </summary>
    public DateTimeOffset Now { get; }

    /// <summary>The nodes.</summary>
    public INodeStore Nodes => _tables.Nodes;

    /// <summary>The versions of the nodes' configuration.</summary>
    public IConfigurationStore Configurations => _tables.Configurations;

    /// <summary>The nodes' certificates.</summary>
    public ICertificateStore Certificates => _tables.Certificates;

    /// <summary>Tokens for enrolment.</summary>
    public ITokenStore Tokens => _tables.Tokens;

    /// <summary>The accounts.</summary>
    public IAccountStore Accounts => _tables.Accounts;

    /// <summary>Sign-ins.</summary>
    public ISessionStore Sessions => _tables.Sessions;

    /// <summary>The accounts' devices.</summary>
    public IDeviceStore Devices => _tables.Devices;

    /// <summary>The devices' inner addresses.</summary>
    public IAddressStore Addresses => _tables.Addresses;

    /// <summary>What is not valid any more.</summary>
    public IRevocationStore Revocations => _tables.Revocations;

    /// <summary>The control plane's private keys, encrypted.</summary>
    public IKeyEnvelopeStore KeyEnvelopes => _tables.KeyEnvelopes;

    /// <summary>Leases, as part of this transaction.</summary>
    public ILeaseStore Leases => _tables.Leases;

    /// <summary>The audit log.</summary>
    public IAuditLog Audit => _tables.Audit;

    /// <summary>Tells of a change, in the replica's home shard of the feed.</summary>
    /// <param name="kind">What happened, as in <c>device.added</c>; 1 to 64 characters.</param>
    /// <param name="subject">To what: an id as text, up to 128 characters.</param>
    /// <param name="payload">More about it, up to <see cref="MaxPayload"/> bytes.</param>
    /// <exception cref="ArgumentException">A length out of its range.</exception>
    /// <exception cref="InvalidOperationException">The transaction only reads.</exception>
    public void Publish(string kind, string subject, ReadOnlyMemory<byte> payload = default) =>
        PublishTo(_options.HomeShard, kind, subject, payload);

    /// <summary>
    /// Tells of a change in a shard of the feed. Only events of one shard have an order, so what is about one subject belongs in one.
    /// </summary>
    /// <param name="shard">The shard, 0 up to <see cref="FleetStoreOptions.FeedShards"/>, exclusive.</param>
    /// <param name="kind">What happened, as in <c>device.added</c>; 1 to 64 characters.</param>
    /// <param name="subject">To what: an id as text, up to 128 characters.</param>
    /// <param name="payload">More about it, up to <see cref="MaxPayload"/> bytes.</param>
    /// <exception cref="ArgumentException">A shard or a length out of its range.</exception>
    /// <exception cref="InvalidOperationException">The transaction only reads.</exception>
    public void PublishTo(int shard, string kind, string subject, ReadOnlyMemory<byte> payload)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentOutOfRangeException.ThrowIfNegative(shard);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(shard, _options.FeedShards);
        if (kind.Length > MaxKind) throw new ArgumentException($"A kind has at most {MaxKind} characters.", nameof(kind));
        if (subject.Length > MaxSubject) throw new ArgumentException($"A subject has at most {MaxSubject} characters.", nameof(subject));
        if (payload.Length > MaxPayload) throw new ArgumentException($"A payload has at most {MaxPayload} bytes.", nameof(payload));
        if (_events is null) throw new InvalidOperationException(FleetTables.ReadOnly);
        _events.Add(new PendingEvent(shard, kind, subject, payload));
    }

    /// <summary>
    /// The feed's end as this transaction sees it. After reading everything in one <see cref="FleetStore.ReadAsync"/>, following the feed
    /// from here misses nothing and repeats nothing.
    /// </summary>
    /// <param name="cancellationToken">Stops the call.</param>
    public async ValueTask<FeedCursor> GetFeedCursorAsync(CancellationToken cancellationToken = default) =>
        FeedHead.ToCursor(await _tables.Feed.GetHeadsAsync(cancellationToken).ConfigureAwait(false));
}
