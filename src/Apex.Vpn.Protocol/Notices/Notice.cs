using System.Buffers.Binary;
using Apex.Vpn.Protocol.Engine.Notices;

namespace Apex.Vpn.Protocol.Notices;

/// <summary>
/// Something that a node says to a client in the tunnel: what a client takes from <see cref="DeviceNotices.Received"/>, and what a control
/// plane writes with <see cref="ToUnsignedBytes"/>. Its format is section 4 of docs/protocol-extensions.md. Immutable.
/// </summary>
public sealed record Notice
{
    /// <summary>The most nodes that a drain proposes.</summary>
    public const int MaxAlternatives = 3;

    /// <summary>The longest time from <see cref="Issued"/> to <see cref="NotAfter"/>: 15 minutes, in seconds.</summary>
    internal const int MaxLifetimeSeconds = 15 * 60;

    /// <summary>The longest time from <see cref="Issued"/> to <see cref="Deadline"/>: a day, in seconds.</summary>
    internal const int MaxNoticeSeconds = 24 * 60 * 60;

    /// <summary>What is said.</summary>
    public required NoticeKind Kind { get; init; }

    /// <summary>The node that it is about, by its id: 16 bytes on the wire, in network order.</summary>
    public required Guid Node { get; init; }

    /// <summary>The peer that it came from. Not on the wire.</summary>
    public PublicKey Peer { get; init; }

    /// <summary>Counts a node's notices, from 1; only the highest counts. 0 for <see cref="NoticeKind.Closing"/>.</summary>
    public ulong Sequence { get; init; }

    /// <summary>When it was signed, in whole seconds. Null for <see cref="NoticeKind.Closing"/>.</summary>
    public DateTimeOffset? Issued { get; init; }

    /// <summary>Until when it may be believed, at most 15 minutes after <see cref="Issued"/>. Null for <see cref="NoticeKind.Closing"/>.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>When a drained node goes out of service, at most a day after <see cref="Issued"/>. For <see cref="NoticeKind.Drain"/> alone.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>
    /// Ids of nodes that a drain proposes, at most <see cref="MaxAlternatives"/>: to be looked up in the client's own verified list, where
    /// alone addresses and keys come from.
    /// </summary>
    public IReadOnlyList<Guid> Alternatives { get; init; } = [];

    /// <summary>
    /// The client instance, as told in its hello, that <see cref="NoticeKind.LimitReached"/> and <see cref="NoticeKind.Superseded"/> are for.
    /// Others do not believe them, so that no node can show one client's notice to another.
    /// </summary>
    public Guid? Instance { get; init; }

    /// <summary>The bytes that are to be signed. The notice as nodes send it is these and the 64 bytes of their Ed25519 signature.</summary>
    /// <exception cref="InvalidOperationException">A property is missing or out of its range, or <see cref="Kind"/> is not signed.</exception>
    public byte[] ToUnsignedBytes()
    {
        byte[] message = new byte[NoticeLayout.MaxSize];
        NoticeLayout.WriteHeader(message, (byte)Kind);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(6), Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(14), Seconds(Issued));
        BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(22), Seconds(NotAfter));
        NoticeLayout.WriteId(message.AsSpan(30), Node);
        int length = NoticeLayout.SignedHeaderSize;
        switch (Kind)
        {
            case NoticeKind.Drain:
                if (Alternatives.Count > MaxAlternatives) throw Unsuitable();
                BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(length), Seconds(Deadline));
                message[length + sizeof(long)] = (byte)Alternatives.Count;
                length += NoticeLayout.DrainHeaderSize;
                foreach (Guid alternative in Alternatives)
                {
                    NoticeLayout.WriteId(message.AsSpan(length), alternative);
                    length += NoticeLayout.IdSize;
                }
                break;
            case NoticeKind.LimitReached or NoticeKind.Superseded:
                NoticeLayout.WriteId(message.AsSpan(length), Instance ?? throw Unsuitable());
                length += NoticeLayout.IdSize;
                break;
        }
        // What a client would not read is not to be signed either.
        if (!SignedNotice.TryRead(message.AsSpan(0, length + NoticeLayout.SignatureSize), out _)) throw Unsuitable();
        return message[..length];
    }

    private static long Seconds(DateTimeOffset? time) => time is { } known ? known.ToUnixTimeSeconds() : throw Unsuitable();

    private static InvalidOperationException Unsuitable() => new("A property of the notice is missing or out of its range.");
}
