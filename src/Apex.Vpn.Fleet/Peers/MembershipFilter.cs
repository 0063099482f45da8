using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Apex.Vpn.Fleet.Identity;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Admission;

namespace Apex.Vpn.Fleet.Peers;

/// <summary>
/// Which keys are surely no devices of a region: spares a node questions about strangers. A blocked Bloom filter, signed.
/// </summary>
/// <remarks>
/// <para>One block of 512 bits a key, eight bits in it, 16 bits of memory for each expected key: one cache line a question, and one
/// stranger in 1100 passes (counted, with a million members). No member is ever kept out. Members that join later are added in place by
/// one writer, which needs no new filter; those that left stay in until the next one.</para>
/// <para><c>"AVM" | u8 1 | u64 sequence | i64 issued | i64 not after | u32 count | u32 blocks | u64 key id | bits[64·blocks] |
/// signature[64]</c>, little-endian, ECDSA P-256 by the fleet's authority. The hash's key is the region's own and travels apart: who has
/// the bits and not the key can ask them nothing.</para>
/// <para>Questions are safe from any thread, also while one adds.</para>
/// </remarks>
public sealed class MembershipFilter : IMembershipFilter
{
    /// <summary>The size of a region's key in bytes.</summary>
    public const int KeySize = SipKey.Size;

    /// <summary>The most blocks, 2^20: 64 MiB, for 33 million keys.</summary>
    public const int MaxBlocks = 1 << 20;

    private const int HeaderSize = 44, BlockSize = 64, BitsPerKey = 16;

    private readonly SipKey _key;
    private readonly ulong[] _bits;

    private MembershipFilter(SipKey key, ulong[] bits, ulong sequence, DateTimeOffset issued, DateTimeOffset notAfter, int count)
    {
        _key = key;
        _bits = bits;
        Sequence = sequence;
        Issued = issued;
        NotAfter = notAfter;
        Count = count;
    }

    /// <summary>Rises with each filter of a region.</summary>
    public ulong Sequence { get; }

    /// <summary>When it was made, in whole seconds.</summary>
    public DateTimeOffset Issued { get; }

    /// <summary>From when on it must not be used: it would keep out those who joined since.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>How many keys are in it. Those that were added twice count twice. For the writer.</summary>
    public int Count { get; private set; }

    private static ReadOnlySpan<byte> Magic => "AVM\x01"u8;

    private static ReadOnlySpan<byte> Purpose => "membership"u8;

    /// <summary>An empty filter.</summary>
    /// <param name="regionKey">The region's key, <see cref="KeySize"/> bytes.</param>
    /// <param name="expectedCount">How many keys it is for; with more of them, more strangers pass.</param>
    /// <param name="sequence">Higher than that of the filter before.</param>
    /// <param name="now">The time.</param>
    /// <param name="lifetime">How long it may be used; more than zero.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static MembershipFilter Create(
        ReadOnlySpan<byte> regionKey, int expectedCount, ulong sequence, DateTimeOffset now, TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedCount);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        int blocks = (int)Math.Min(MaxBlocks, ((expectedCount * (long)BitsPerKey) + (8 * BlockSize) - 1) / (8 * BlockSize));
        DateTimeOffset issued = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        ulong[] bits = new ulong[Math.Max(1, blocks) * (BlockSize / sizeof(ulong))];
        return new MembershipFilter(ReadKey(regionKey), bits, sequence, issued, issued + lifetime, 0);
    }

    /// <summary>Adds a key. For one writer at a time.</summary>
    /// <param name="device">The key.</param>
    public void Add(PublicKey device)
    {
        SipTag tag = Hash(device);
        Span<ulong> block = BlockOf(tag.Low);
        for (int i = 0; i < 8; i++)
        {
            int bit = BitOf(tag.High, i);
            Volatile.Write(ref block[bit >> 6], block[bit >> 6] | (1UL << (bit & 63)));
        }
        if (Count < int.MaxValue) Count++;
    }

    /// <inheritdoc/>
    public bool MayBeMember(PublicKey publicKey)
    {
        SipTag tag = Hash(publicKey);
        ReadOnlySpan<ulong> block = BlockOf(tag.Low);
        ulong all = 1;
        for (int i = 0; i < 8; i++)
        {
            int bit = BitOf(tag.High, i);
            all &= block[bit >> 6] >> (bit & 63);
        }
        return all != 0;
    }

    /// <summary>Signs the filter as it is.</summary>
    /// <param name="authority">Who signs.</param>
    /// <returns>What <see cref="Read"/> reads.</returns>
    public byte[] Sign(CertificateAuthority authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        byte[] bytes = new byte[HeaderSize + (_bits.Length * sizeof(ulong)) + CertificateAuthority.SignatureSize];
        Span<byte> header = bytes;
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt64LittleEndian(header[4..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(header[12..], Issued.ToUnixTimeSeconds());
        BinaryPrimitives.WriteInt64LittleEndian(header[20..], NotAfter.ToUnixTimeSeconds());
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], (uint)Count);
        BinaryPrimitives.WriteUInt32LittleEndian(header[32..], (uint)(_bits.Length / (BlockSize / sizeof(ulong))));
        BinaryPrimitives.WriteUInt64LittleEndian(header[36..], KeyId(_key));
        for (int i = 0; i < _bits.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(header[(HeaderSize + (i * sizeof(ulong)))..], _bits[i]);
        int signed = bytes.Length - CertificateAuthority.SignatureSize;
        authority.SignList(Purpose, bytes.AsSpan(0, signed), bytes.AsSpan(signed));
        return bytes;
    }

    /// <summary>Reads a filter. Never throws for what is in the bytes; takes no memory before the signature was checked.</summary>
    /// <param name="bytes">The filter; anything may come.</param>
    /// <param name="regionKey">The region's key, <see cref="KeySize"/> bytes.</param>
    /// <param name="bundle">Whom to believe.</param>
    /// <param name="newerThan">The sequence of the filter that is there; 0 for none.</param>
    /// <param name="now">The time.</param>
    /// <param name="filter">The filter; null unless it is good.</param>
    public static FilterVerdict Read(
        ReadOnlySpan<byte> bytes,
        ReadOnlySpan<byte> regionKey,
        CertificateBundle bundle,
        ulong newerThan,
        DateTimeOffset now,
        out MembershipFilter? filter)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        filter = null;
        SipKey key = ReadKey(regionKey);
        if (!TryReadHeader(bytes, out Header header)) return FilterVerdict.Malformed;
        int signed = bytes.Length - CertificateAuthority.SignatureSize;
        if (!bundle.VerifyList(Purpose, bytes[..signed], bytes[signed..])) return FilterVerdict.Untrusted;
        if (header.KeyId != KeyId(key)) return FilterVerdict.OtherKey;
        if (header.Sequence <= newerThan) return FilterVerdict.NotNewer;
        var issued = DateTimeOffset.FromUnixTimeSeconds(header.Issued);
        var notAfter = DateTimeOffset.FromUnixTimeSeconds(header.NotAfter);
        if (now >= notAfter) return FilterVerdict.Expired;
        ulong[] bits = new ulong[header.Blocks * (BlockSize / sizeof(ulong))];
        ReadOnlySpan<byte> body = bytes[HeaderSize..signed];
        for (int i = 0; i < bits.Length; i++) bits[i] = BinaryPrimitives.ReadUInt64LittleEndian(body[(i * sizeof(ulong))..]);
        filter = new MembershipFilter(key, bits, header.Sequence, issued, notAfter, (int)header.Count);
        return FilterVerdict.Good;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> bytes, out Header header)
    {
        header = default;
        if (bytes.Length < HeaderSize + CertificateAuthority.SignatureSize || !bytes.StartsWith(Magic)) return false;
        header = new Header(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[36..]));
        return header.Blocks is >= 1 and <= MaxBlocks
            && header.Count <= int.MaxValue
            && bytes.Length == HeaderSize + (header.Blocks * BlockSize) + CertificateAuthority.SignatureSize
            && RevocationList.IsDate(header.Issued) && RevocationList.IsDate(header.NotAfter);
    }

    private static SipKey ReadKey(ReadOnlySpan<byte> key) =>
        key.Length == KeySize ? SipKey.Read(key) : throw new ArgumentException($"A region's key has {KeySize} bytes.", nameof(key));

    // A hash under the key itself of what no public key can be, being shorter.
    private static ulong KeyId(SipKey key) => SipHash.Hash(in key, "id"u8).Low;

    private SipTag Hash(PublicKey device)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Size];
        device.CopyTo(bytes);
        return SipHash.Hash(in _key, bytes);
    }

    private Span<ulong> BlockOf(ulong hash)
    {
        const int Words = BlockSize / sizeof(ulong);
        int block = (int)Math.BigMul(hash, (ulong)(_bits.Length / Words), out _);
        return _bits.AsSpan(block * Words, Words);
    }

    // Nine bits choose from the whole block. Eight times nine are more than the 64 there are, so a multiplication stretches them.
    private static int BitOf(ulong hash, int i) => (int)((hash * Odd[i]) >> 55);

    private static ReadOnlySpan<ulong> Odd =>
    [
        0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb, 0xd6e8feb86659fd93,
        0xc2b2ae3d27d4eb4f, 0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53, 0x165667b19e3779f9,
    ];

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Header(ulong Sequence, long Issued, long NotAfter, uint Count, uint Blocks, ulong KeyId);
}
