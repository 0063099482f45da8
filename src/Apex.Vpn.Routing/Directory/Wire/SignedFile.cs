using Apex.Vpn.Protocol;

namespace Apex.Vpn.Routing.Directory.Wire;

/// <summary>
/// The envelope of lists, statuses and profiles: magic, version, certificate of the online key, body, signature over everything before it.
/// It stays as it is whatever becomes of the bodies, so that even word of a newer version is signed.
/// </summary>
internal readonly ref struct SignedFile
{
    internal const byte Major = 1;

    private const int HeaderSize = 12;

    private SignedFile(ReadOnlySpan<byte> signedPart, ReadOnlySpan<byte> body, OnlineKeyCertificate certificate)
    {
        SignedPart = signedPart;
        Body = body;
        Certificate = certificate;
    }

    internal ReadOnlySpan<byte> SignedPart { get; }

    internal ReadOnlySpan<byte> Body { get; }

    internal OnlineKeyCertificate Certificate { get; }

    /// <summary>Opens a file: <see cref="DirectoryVerdict.Accepted"/> when its signature, certificate and version are right.</summary>
    /// <param name="file">Any bytes.</param>
    /// <param name="kind">The kind that is expected.</param>
    /// <param name="roots">Who must have certified the key; null to ask nobody, which only a tool does.</param>
    /// <param name="opened">The file where it lies.</param>
    internal static DirectoryVerdict Open(ReadOnlySpan<byte> file, FileKind kind, TrustRoots? roots, out SignedFile opened)
    {
        opened = default;
        if (file.Length > kind.MaxSize) return DirectoryVerdict.TooLarge;
        if (!file.StartsWith(kind.Magic.Span)) return DirectoryVerdict.OtherKind;

        var reader = new WireReader(file);
        reader.Bytes(kind.Magic.Length);
        byte major = reader.Byte();
        reader.Byte(); // a newer minor version only adds what an older reader skips
        int certificateLength = reader.UInt16();
        uint bodyLength = reader.UInt32();
        ReadOnlySpan<byte> certificateBytes = reader.Bytes(certificateLength);
        ReadOnlySpan<byte> body = reader.Bytes((int)Math.Min(bodyLength, int.MaxValue));
        ReadOnlySpan<byte> signature = reader.Bytes(SignaturePublicKey.SignatureSize);
        if (reader.Failed || !reader.IsAtEnd) return DirectoryVerdict.Malformed;

        DirectoryVerdict certified = OnlineKeyCertificate.Read(certificateBytes, roots, out OnlineKeyCertificate? certificate);
        if (certificate is null) return certified;
        if (!certificate.Purposes.HasFlag(kind.Purpose)) return DirectoryVerdict.WrongPurpose;
        ReadOnlySpan<byte> signedPart = file[..^SignaturePublicKey.SignatureSize];
        if (!certificate.Key.Verify(signedPart, signature)) return DirectoryVerdict.BadSignature;
        if (major != Major) return DirectoryVerdict.UpdateNeeded;
        opened = new SignedFile(signedPart, body, certificate);
        return DirectoryVerdict.Accepted;
    }

    /// <summary>Whether all of the time that the file speaks of lies within that of its certificate.</summary>
    internal bool IsWithinCertificate(DateTimeOffset issued, DateTimeOffset end) =>
        Certificate.NotBefore <= issued && end <= Certificate.NotAfter;

    internal static byte[] Seal(
        FileKind kind, ReadOnlySpan<byte> body, SigningKey key, OnlineKeyCertificate certificate, byte major = Major, byte minor = 0)
    {
        byte[] file = new byte[HeaderSize + certificate.Bytes.Length + body.Length + SignaturePublicKey.SignatureSize];
        if (file.Length > kind.MaxSize)
            throw new ArgumentException($"The file would have {file.Length} bytes; {kind.MaxSize} are allowed.");
        var writer = new WireWriter();
        writer.Bytes(kind.Magic.Span);
        writer.Byte(major);
        writer.Byte(minor);
        writer.UInt16((ushort)certificate.Bytes.Length);
        writer.UInt32((uint)body.Length);
        writer.Bytes(certificate.Bytes.Span);
        writer.Bytes(body);
        writer.Written.CopyTo(file);
        key.Sign(writer.Written, file.AsSpan(writer.Written.Length));
        return file;
    }
}
