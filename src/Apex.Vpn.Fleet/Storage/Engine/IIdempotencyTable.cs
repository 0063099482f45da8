namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>The rows of requests that took effect, with their answers.</summary>
internal interface IIdempotencyTable : ITrimmable
{
    /// <summary>Takes a key, waiting for a transaction that is about to.</summary>
    /// <returns>Null when it is taken now; else what was answered to the request that has it.</returns>
    ValueTask<StoredAnswer?> TakeAsync(IdempotencyKey key, CancellationToken cancellationToken);

    /// <summary>Stores the answer of a key that this transaction took.</summary>
    ValueTask SetAnswerAsync(IdempotencyKey key, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken);
}

/// <summary>An answer that was given, and the digest of the request.</summary>
internal sealed record StoredAnswer(ReadOnlyMemory<byte> Digest, ReadOnlyMemory<byte> Content);
