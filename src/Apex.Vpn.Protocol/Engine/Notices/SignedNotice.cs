using System.Buffers.Binary;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol.Engine.Notices;

/// <summary>A signed notice where it lies. Its form is right; whether it is true, timely and new is for others to say.</summary>
internal readonly ref struct SignedNotice
{
    private readonly ReadOnlySpan<byte> _bytes;

    private SignedNotice(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    internal NoticeKind Kind => (NoticeKind)_bytes[5];

    internal ulong Sequence => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[6..]);

    /// <summary>Seconds since 1970, UTC.</summary>
    internal long Issued => BinaryPrimitives.ReadInt64LittleEndian(_bytes[14..]);

    /// <inheritdoc cref="Issued"/>
    internal long NotAfter => BinaryPrimitives.ReadInt64LittleEndian(_bytes[22..]);

    /// <summary>The node that it speaks of.</summary>
    internal Guid Node => NoticeLayout.ReadId(_bytes[30..]);

    internal ReadOnlySpan<byte> SignedPart => _bytes[..^NoticeLayout.SignatureSize];

    internal ReadOnlySpan<byte> Signature => _bytes[^NoticeLayout.SignatureSize..];

    /// <summary>The one whom a personal notice is for; null for one to all clients of the node.</summary>
    internal Guid? Addressee => IsPersonal(Kind) ? NoticeLayout.ReadId(Body) : null;

    private ReadOnlySpan<byte> Body => SignedPart[NoticeLayout.SignedHeaderSize..];

    /// <summary>Reads a message; false when it is no signed notice, or not of the form that its kind has.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> message, out SignedNotice notice)
    {
        notice = default;
        if (message.Length < NoticeLayout.SignedHeaderSize + NoticeLayout.SignatureSize || message.Length > NoticeLayout.MaxSize) return false;
        var read = new SignedNotice(message);
        if (!HasBodyOf((NoticeKind)NoticeLayout.Kind(message), read.Body) || read.Sequence == NoticeLayout.ClosingSequence) return false;
        if (!HasGoodTimes(in read)) return false;
        notice = read;
        return true;
    }

    /// <summary>Whether such a notice speaks to one client alone.</summary>
    internal static bool IsPersonal(NoticeKind kind) => kind is NoticeKind.LimitReached or NoticeKind.Superseded;

    /// <summary>The same as a value of its own.</summary>
    internal Notice Describe(PublicKey peer)
    {
        ReadOnlySpan<byte> body = Body;
        bool isDrain = Kind == NoticeKind.Drain;
        var alternatives = new Guid[isDrain ? body[sizeof(long)] : 0];
        for (int i = 0; i < alternatives.Length; i++)
            alternatives[i] = NoticeLayout.ReadId(body[(NoticeLayout.DrainHeaderSize + (i * NoticeLayout.IdSize))..]);
        return new Notice
        {
            Kind = Kind,
            Peer = peer,
            Node = Node,
            Sequence = Sequence,
            Issued = DateTimeOffset.FromUnixTimeSeconds(Issued),
            NotAfter = DateTimeOffset.FromUnixTimeSeconds(NotAfter),
            Deadline = isDrain ? DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64LittleEndian(body)) : null,
            Alternatives = alternatives,
            Instance = Addressee,
        };
    }

    private static bool HasBodyOf(NoticeKind kind, ReadOnlySpan<byte> body) => kind switch
    {
        NoticeKind.Drain => body.Length >= NoticeLayout.DrainHeaderSize && body[sizeof(long)] <= Notice.MaxAlternatives
            && body.Length == NoticeLayout.DrainHeaderSize + (body[sizeof(long)] * NoticeLayout.IdSize),
        NoticeKind.LimitReached or NoticeKind.Superseded => body.Length == NoticeLayout.IdSize,
        NoticeKind.MaintenanceOver => body.IsEmpty,
        _ => false,
    };

    // Not negative and in this order, so that no difference overflows, and all of them are dates.
    private static bool HasGoodTimes(in SignedNotice notice)
    {
        long issued = notice.Issued, notAfter = notice.NotAfter;
        if (issued < 0 || issued > MaxTime || notAfter < issued || notAfter - issued > Notice.MaxLifetimeSeconds) return false;
        if (notice.Kind != NoticeKind.Drain) return true;
        long deadline = BinaryPrimitives.ReadInt64LittleEndian(notice.Body);
        return deadline >= issued && deadline - issued <= Notice.MaxNoticeSeconds;
    }

    private const long MaxTime = 1L << 37; // beyond the year 6000, and a date for DateTimeOffset
}
