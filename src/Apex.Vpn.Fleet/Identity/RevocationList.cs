using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>The certificates that are good no more although their time is not over: a signed set of serial numbers. Immutable.</summary>
/// <remarks>
/// <para><c>"AVR" | u8 1 | u64 sequence | i64 issued | u32 n, serial[16·n] ascending | signature[64]</c>, little-endian, serials
/// big-endian; ECDSA P-256 by the authority. A certificate that has ended need not be named any longer, so the list stays as short as 30
/// days of revocations.</para>
/// <para>Keep the list with the highest sequence and refuse an older one. Safe from any thread.</para>
/// </remarks>
public sealed class RevocationList
{
    /// <summary>The most serial numbers in a list, 65 536: 1 MiB.</summary>
    public const int MaxCount = 65_536;

    private const int HeaderSize = 24, SerialSize = 16;
    private readonly byte[] _bytes;

    private RevocationList(byte[] bytes) => _bytes = bytes;

    /// <summary>Rises with each list.</summary>
    public ulong Sequence => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(4));

    /// <summary>When it was signed, in whole seconds.</summary>
    public DateTimeOffset Issued => DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(12)));

    /// <summary>How many serial numbers there are.</summary>
    public int Count => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(20));

    /// <summary>The signed bytes, which <see cref="TryRead"/> reads.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    private static ReadOnlySpan<byte> Magic => "AVR\x01"u8;

    private static ReadOnlySpan<byte> Purpose => "revocation"u8;

    /// <summary>Signs a list.</summary>
    /// <param name="authority">Who signs.</param>
    /// <param name="serials">The serial numbers; at most <see cref="MaxCount"/> different ones.</param>
    /// <param name="sequence">Higher than that of the list before.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="ArgumentException">Too many.</exception>
    public static RevocationList Sign(CertificateAuthority authority, IEnumerable<UInt128> serials, ulong sequence, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(authority);
        UInt128[] sorted = [.. serials.Distinct().Order()];
        if (sorted.Length > MaxCount) throw new ArgumentException($"A list holds at most {MaxCount} serial numbers.", nameof(serials));
        byte[] bytes = new byte[HeaderSize + (sorted.Length * SerialSize) + CertificateAuthority.SignatureSize];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(4), sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(12), now.ToUnixTimeSeconds());
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), sorted.Length);
        for (int i = 0; i < sorted.Length; i++)
            BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(HeaderSize + (i * SerialSize)), sorted[i]);
        int signed = bytes.Length - CertificateAuthority.SignatureSize;
        authority.SignList(Purpose, bytes.AsSpan(0, signed), bytes.AsSpan(signed));
        return new RevocationList(bytes);
    }

    /// <summary>Reads a list that an authority of the bundle signed.</summary>
    /// <param name="bytes">The list; anything may come.</param>
    /// <param name="bundle">Whom to believe.</param>
    /// <param name="list">The list; null when it is none, or nobody in the bundle signed it.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, CertificateBundle bundle, [NotNullWhen(true)] out RevocationList? list)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        list = null;
        if (bytes.Length < HeaderSize + CertificateAuthority.SignatureSize || !bytes.StartsWith(Magic)) return false;
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
        if (count > MaxCount || bytes.Length != HeaderSize + ((int)count * SerialSize) + CertificateAuthority.SignatureSize) return false;
        if (!IsDate(BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]))) return false;
        int signed = bytes.Length - CertificateAuthority.SignatureSize;
        if (!bundle.VerifyList(Purpose, bytes[..signed], bytes[signed..])) return false;
        var read = new RevocationList(bytes.ToArray());
        for (int i = 1; i < read.Count; i++)
        {
            if (read.At(i - 1) >= read.At(i)) return false;
        }
        list = read;
        return true;
    }

    /// <summary>Whether a certificate was revoked.</summary>
    /// <param name="serial">Its serial number.</param>
    public bool Contains(UInt128 serial)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            UInt128 found = At(middle);
            if (found == serial) return true;
            if (found < serial) low = middle + 1;
            else high = middle - 1;
        }
        return false;
    }

    internal static bool IsDate(long seconds) => seconds is >= 0 and < 1L << 37; // beyond the year 6000, and a date for DateTimeOffset

    private UInt128 At(int index) => BinaryPrimitives.ReadUInt128BigEndian(_bytes.AsSpan(HeaderSize + (index * SerialSize)));
}
