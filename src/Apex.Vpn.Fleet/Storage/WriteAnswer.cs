namespace Apex.Vpn.Fleet.Storage;

/// <summary>What a write with an idempotency key answers. A value; immutable.</summary>
/// <param name="Content">The answer. Compared by reference, not by content.</param>
/// <param name="IsReplay">Whether it is that of an earlier write with the same key, and nothing was written now.</param>
public readonly record struct WriteAnswer(ReadOnlyMemory<byte> Content, bool IsReplay);
