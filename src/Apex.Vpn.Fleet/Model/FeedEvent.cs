namespace Apex.Vpn.Fleet.Model;

/// <summary>One change that was committed, at its place in the feed. Immutable; safe from any thread.</summary>
/// <param name="Shard">The shard of the feed.</param>
/// <param name="Sequence">The place in the shard, from 1 up, without gaps. Events of one shard are in the order of their commits.</param>
/// <param name="Kind">What happened, as in <c>device.added</c>. Readers leave out kinds that they do not know.</param>
/// <param name="Subject">To what: an id as text.</param>
/// <param name="Payload">More about it, in the kind's own format; may be empty. Compared by reference, not by content.</param>
/// <param name="At">When the transaction began, by the database's clock.</param>
public sealed record FeedEvent(int Shard, long Sequence, string Kind, string Subject, ReadOnlyMemory<byte> Payload, DateTimeOffset At);
