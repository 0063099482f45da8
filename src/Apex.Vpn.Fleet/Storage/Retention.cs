namespace Apex.Vpn.Fleet.Storage;

/// <summary>How long the store keeps what is needed for a while only. Immutable; safe from any thread.</summary>
public sealed class Retention
{
    /// <summary>How long events stay in the change feed. A reader that was away for longer reads everything anew.</summary>
    /// <value>1 h by default.</value>
    public TimeSpan FeedEvents { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the answer to a request is kept for its repetition.</summary>
    /// <value>24 h by default.</value>
    public TimeSpan IdempotencyKeys { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long enrolment tokens and sessions are kept after they expired.</summary>
    /// <value>24 h by default.</value>
    public TimeSpan Expired { get; init; } = TimeSpan.FromHours(24);
}
