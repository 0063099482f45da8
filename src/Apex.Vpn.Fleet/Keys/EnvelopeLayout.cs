using System.Buffers.Binary;
using System.Text;

namespace Apex.Vpn.Fleet.Keys;

/// <summary>Where what lies in the blob of a <see cref="KeyEnvelope"/>.</summary>
internal readonly struct EnvelopeLayout
{
    internal const int NonceSize = 12, TagSize = 16;
    private const byte Version = 1;
    private const int MaxKeyIdLength = 64;

    private readonly int _wrapped, _sealed, _length;

    private EnvelopeLayout(string keyId, int wrapped, int @sealed, int length)
    {
        KeyId = keyId;
        _wrapped = wrapped;
        _sealed = @sealed;
        _length = length;
    }

    internal string KeyId { get; }

    internal Range Wrapped => _wrapped.._sealed;

    /// <summary>Nonce, ciphertext and tag: all that a new vault key leaves as it is.</summary>
    internal Range Sealed => _sealed.._length;

    internal Range Nonce => _sealed..(_sealed + NonceSize);

    internal Range Ciphertext => (_sealed + NonceSize)..(_length - TagSize);

    internal Range Tag => (_length - TagSize).._length;

    internal int SecretLength => _length - _sealed - NonceSize - TagSize;

    private static ReadOnlySpan<byte> Magic => "AVK"u8;

    internal static byte[] Allocate(string keyId, ReadOnlySpan<byte> wrapped, int secretLength, out EnvelopeLayout layout)
    {
        if (keyId.Length is 0 or > MaxKeyIdLength || !Ascii.IsValid(keyId))
            throw new KeyVaultException("The vault's key id is no short ASCII text.");
        if (wrapped.Length is 0 or > KeyEnvelope.MaxWrappedLength)
            throw new KeyVaultException($"The vault wraps a key into {wrapped.Length} bytes, not 1 to {KeyEnvelope.MaxWrappedLength}.");
        int wrappedAt = Magic.Length + 2 + keyId.Length + sizeof(ushort), sealedAt = wrappedAt + wrapped.Length;
        byte[] blob = new byte[sealedAt + NonceSize + secretLength + TagSize];
        layout = new EnvelopeLayout(keyId, wrappedAt, sealedAt, blob.Length);
        Magic.CopyTo(blob);
        blob[Magic.Length] = Version;
        blob[Magic.Length + 1] = (byte)keyId.Length;
        Encoding.ASCII.GetBytes(keyId, blob.AsSpan(Magic.Length + 2));
        BinaryPrimitives.WriteUInt16LittleEndian(blob.AsSpan(wrappedAt - sizeof(ushort)), (ushort)wrapped.Length);
        wrapped.CopyTo(blob.AsSpan(wrappedAt));
        return blob;
    }

    internal static bool TryRead(ReadOnlySpan<byte> blob, out EnvelopeLayout layout)
    {
        layout = default;
        int header = Magic.Length + 2;
        if (blob.Length < header || !blob.StartsWith(Magic) || blob[Magic.Length] != Version) return false;
        int idLength = blob[Magic.Length + 1], wrappedAt = header + idLength + sizeof(ushort);
        if (idLength is 0 or > MaxKeyIdLength || blob.Length < wrappedAt || !Ascii.IsValid(blob.Slice(header, idLength))) return false;
        int wrappedLength = BinaryPrimitives.ReadUInt16LittleEndian(blob[(wrappedAt - sizeof(ushort))..]);
        int secretLength = blob.Length - wrappedAt - wrappedLength - NonceSize - TagSize;
        if (wrappedLength is 0 or > KeyEnvelope.MaxWrappedLength || secretLength is < 1 or > SecretBytes.MaxLength) return false;
        string keyId = Encoding.ASCII.GetString(blob.Slice(header, idLength));
        layout = new EnvelopeLayout(keyId, wrappedAt, wrappedAt + wrappedLength, blob.Length);
        return true;
    }

    /// <summary>A secret's name and version, as they are authenticated.</summary>
    internal static byte[] AssociatedData(string name, int version)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        if (name.Length > KeyEnvelope.MaxNameLength || name.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ArgumentException($"A secret's name has 1 to {KeyEnvelope.MaxNameLength} printable ASCII characters.", nameof(name));
        byte[] data = new byte[name.Length + 1 + sizeof(int)];
        Encoding.ASCII.GetBytes(name, data);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(name.Length + 1), version);
        return data;
    }
}
