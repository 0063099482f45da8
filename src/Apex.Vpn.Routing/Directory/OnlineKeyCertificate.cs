using System.Buffers.Binary;
using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory.Wire;

namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// What offline roots say of an online key: what it may sign, and when. Every signed file brings the certificate of its key along. The
/// format is section 2 of docs/server-list.md. Immutable; safe from any thread.
/// </summary>
public sealed class OnlineKeyCertificate
{
    private const byte Major = 1;
    private const int BodySize = SignaturePublicKey.Size + sizeof(ushort) + sizeof(uint) + (2 * sizeof(long));
    private const int HeaderSize = 8;

    private readonly (ulong Root, byte[] Signature)[] _signatures;

    private OnlineKeyCertificate(byte[] bytes, (ulong Root, byte[] Signature)[] signatures)
    {
        Bytes = bytes;
        _signatures = signatures;
    }

    /// <summary>The key.</summary>
    public SignaturePublicKey Key { get; private init; }

    /// <summary>What it may sign.</summary>
    public KeyPurposes Purposes { get; private init; }

    /// <summary>
    /// Counts up when keys are given up before their time, because somebody else may have them: a client that saw a generation believes no
    /// older one, and starts to count versions, sequences and time anew.
    /// </summary>
    public uint Generation { get; private init; }

    /// <summary>From when on it may sign: no file was issued before.</summary>
    public DateTimeOffset NotBefore { get; private init; }

    /// <summary>Until when what it signed may be believed: no file lives longer.</summary>
    public DateTimeOffset NotAfter { get; private init; }

    /// <summary>How many roots signed it; which of them are trusted is the reader's to say.</summary>
    public int RootSignatures => _signatures.Length;

    /// <summary>The certificate as it is written and sent.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    private static ReadOnlySpan<byte> Magic => "APXC"u8;

    /// <summary>Certifies a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="purposes">What it may sign; at least one thing.</param>
    /// <param name="generation">0 until a key had to be given up before its time.</param>
    /// <param name="notBefore">From when on it may sign, in whole seconds.</param>
    /// <param name="notAfter">Until when what it signed may be believed, in whole seconds.</param>
    /// <param name="roots">The roots that sign, each once, 1 to <see cref="TrustRoots.MaxKeys"/>.</param>
    /// <exception cref="ArgumentException">One of these is out of its range.</exception>
    public static OnlineKeyCertificate Issue(
        SignaturePublicKey key,
        KeyPurposes purposes,
        uint generation,
        DateTimeOffset notBefore,
        DateTimeOffset notAfter,
        params IReadOnlyList<SigningKey> roots)
    {
        ArgumentNullException.ThrowIfNull(roots);
        if (purposes == KeyPurposes.None) throw new ArgumentException("A key that may sign nothing is not certified.", nameof(purposes));
        if (notAfter < notBefore) throw new ArgumentException("A certificate ends after it begins.", nameof(notAfter));
        if (roots.Count is 0 or > TrustRoots.MaxKeys) throw new ArgumentException($"1 to {TrustRoots.MaxKeys} roots sign.", nameof(roots));
        var writer = new WireWriter();
        writer.Bytes(Magic);
        writer.Byte(Major);
        writer.Byte(0);
        writer.UInt16(BodySize);
        Span<byte> keyBytes = stackalloc byte[SignaturePublicKey.Size];
        key.CopyTo(keyBytes);
        writer.Bytes(keyBytes);
        writer.UInt16((ushort)purposes);
        writer.UInt32(generation);
        writer.Time(notBefore);
        writer.Time(notAfter);
        byte[] signedPart = writer.Written.ToArray();
        return Assemble(signedPart, [.. roots.Select(root => (TrustRoots.IdOf(root.PublicKey), SignatureOf(root, signedPart)))]);
    }

    /// <summary>The same certificate with the signature of one more root, so that roots need not meet on one machine.</summary>
    /// <param name="root">A root that has not signed it.</param>
    /// <exception cref="ArgumentException">It has signed, or there are as many signatures as there can be.</exception>
    public OnlineKeyCertificate SignedAlsoBy(SigningKey root)
    {
        ArgumentNullException.ThrowIfNull(root);
        ReadOnlySpan<byte> signedPart = Bytes.Span[..(HeaderSize + BodyLength(Bytes.Span))];
        return Assemble(signedPart, [.. _signatures, (TrustRoots.IdOf(root.PublicKey), SignatureOf(root, signedPart))]);
    }

    /// <summary>Reads a certificate.</summary>
    /// <param name="bytes">Any bytes.</param>
    /// <param name="roots">Who must have signed it.</param>
    /// <param name="certificate">The certificate when the answer is <see cref="DirectoryVerdict.Accepted"/>, otherwise null.</param>
    /// <returns>
    /// <see cref="DirectoryVerdict.Accepted"/>, <see cref="DirectoryVerdict.OtherKind"/>, <see cref="DirectoryVerdict.Malformed"/>,
    /// <see cref="DirectoryVerdict.TooLarge"/>, <see cref="DirectoryVerdict.NotCertified"/> or <see cref="DirectoryVerdict.UpdateNeeded"/>.
    /// Whether its time has come or passed is not looked at.
    /// </returns>
    public static DirectoryVerdict ReadTrusted(ReadOnlySpan<byte> bytes, TrustRoots roots, out OnlineKeyCertificate? certificate)
    {
        ArgumentNullException.ThrowIfNull(roots);
        return Read(bytes, roots, out certificate);
    }

    /// <summary>
    /// Reads a certificate without asking who signed it: for tools that show it, and for signers that trust where they have it from.
    /// </summary>
    /// <param name="bytes">Any bytes.</param>
    /// <param name="certificate">The certificate when the answer is <see cref="DirectoryVerdict.Accepted"/>, otherwise null.</param>
    /// <returns>As <see cref="ReadTrusted"/>, without <see cref="DirectoryVerdict.NotCertified"/>.</returns>
    public static DirectoryVerdict ReadUnverified(ReadOnlySpan<byte> bytes, out OnlineKeyCertificate? certificate) =>
        Read(bytes, null, out certificate);

    /// <summary>Reads a certificate; asks nobody who signed it when <paramref name="roots"/> are null.</summary>
    internal static DirectoryVerdict Read(ReadOnlySpan<byte> bytes, TrustRoots? roots, out OnlineKeyCertificate? certificate)
    {
        certificate = null;
        if (bytes.Length > DirectoryLimits.CertificateSize) return DirectoryVerdict.TooLarge;
        if (!bytes.StartsWith(Magic)) return DirectoryVerdict.OtherKind;
        if (bytes.Length < HeaderSize) return DirectoryVerdict.Malformed;
        var reader = new WireReader(bytes);
        ReadOnlySpan<byte> signedPart = reader.Bytes(HeaderSize + BodyLength(bytes));
        var signatures = new (ulong Root, byte[] Signature)[Math.Min((int)reader.Byte(), TrustRoots.MaxKeys + 1)];
        for (int i = 0; i < signatures.Length; i++)
            signatures[i] = ((ulong)reader.Int64(), reader.Bytes(SignaturePublicKey.SignatureSize).ToArray());
        if (reader.Failed || !reader.IsAtEnd || signatures.Length is 0 or > TrustRoots.MaxKeys || !IsInOrder(signatures))
            return DirectoryVerdict.Malformed;

        if (roots is not null && !IsCertified(signedPart, signatures, roots)) return DirectoryVerdict.NotCertified;
        if (bytes[Magic.Length] != Major) return DirectoryVerdict.UpdateNeeded;
        certificate = ReadBody(signedPart[HeaderSize..], bytes.ToArray(), signatures);
        return certificate is null ? DirectoryVerdict.Malformed : DirectoryVerdict.Accepted;
    }

    private static OnlineKeyCertificate? ReadBody(ReadOnlySpan<byte> body, byte[] bytes, (ulong Root, byte[] Signature)[] signatures)
    {
        var reader = new WireReader(body);
        ReadOnlySpan<byte> key = reader.Bytes(SignaturePublicKey.Size);
        if (reader.Failed) return null;
        var certificate = new OnlineKeyCertificate(bytes, signatures)
        {
            Key = new SignaturePublicKey(key),
            Purposes = (KeyPurposes)reader.UInt16(),
            Generation = reader.UInt32(),
            NotBefore = reader.Time(),
            NotAfter = reader.Time(),
        };
        // What follows was added by a newer minor version.
        return reader.Failed || certificate.NotAfter < certificate.NotBefore ? null : certificate;
    }

    // A root that is not trusted says nothing; one that is trusted must be right: a certificate damaged in one signature is no good.
    private static bool IsCertified(ReadOnlySpan<byte> signedPart, (ulong Root, byte[] Signature)[] signatures, TrustRoots roots)
    {
        int trusted = 0;
        foreach ((ulong id, byte[] signature) in signatures)
        {
            if (!roots.TryFind(id, out SignaturePublicKey key)) continue;
            if (!key.Verify(signedPart, signature)) return false;
            trusted++;
        }
        return trusted >= roots.Threshold;
    }

    // Ascending, so that no root counts twice.
    private static bool IsInOrder((ulong Root, byte[] Signature)[] signatures)
    {
        for (int i = 1; i < signatures.Length; i++)
        {
            if (signatures[i].Root <= signatures[i - 1].Root) return false;
        }
        return true;
    }

    private static OnlineKeyCertificate Assemble(ReadOnlySpan<byte> signedPart, (ulong Root, byte[] Signature)[] signatures)
    {
        var writer = new WireWriter();
        writer.Bytes(signedPart);
        writer.Byte((byte)signatures.Length);
        foreach ((ulong root, byte[] signature) in signatures.OrderBy(static signature => signature.Root))
        {
            writer.Int64((long)root);
            writer.Bytes(signature);
        }
        Read(writer.Written, roots: null, out OnlineKeyCertificate? certificate);
        return certificate ?? throw new ArgumentException("A root signs once, at most eight sign, and times are after 1970.");
    }

    private static byte[] SignatureOf(SigningKey root, ReadOnlySpan<byte> signedPart)
    {
        byte[] signature = new byte[SignaturePublicKey.SignatureSize];
        root.Sign(signedPart, signature);
        return signature;
    }

    private static int BodyLength(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[(HeaderSize - sizeof(ushort))..]);
}
