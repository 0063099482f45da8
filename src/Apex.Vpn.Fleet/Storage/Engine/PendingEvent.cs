namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>An event that has no number yet.</summary>
internal readonly record struct PendingEvent(int Shard, string Kind, string Subject, ReadOnlyMemory<byte> Payload);
