using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>
/// ChaCha20-Poly1305 in vector instructions. A batch is its strength: blocks of many messages share a pass of ChaCha20, and Poly1305
/// works on one message in each lane. Time depends on lengths only, never on keys or data.
/// </summary>
internal sealed class ManagedAead : AeadProvider
{
    private readonly ChaCha20Cipher _cipher;
    private readonly Poly1305Authenticator _authenticator;

    /// <summary>A provider that uses the widest vectors of this machine.</summary>
    internal ManagedAead()
        : this(WidestVector)
    {
    }

    /// <summary>A provider that uses vectors of a given width.</summary>
    /// <param name="vectorBits">128 anywhere, 256 with AVX2, 512 with AVX-512.</param>
    internal ManagedAead(int vectorBits)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("The managed provider is for little-endian machines.");
        if (vectorBits > WidestVector) throw new PlatformNotSupportedException($"There are no vectors of {vectorBits} bits here.");
        (_cipher, _authenticator) = vectorBits switch
        {
            512 => (new ChaCha20Cipher(new ChaCha20V512(), new ChaCha20V256()), new Poly1305Authenticator(new Poly1305GroupsV512())),
            256 => (new ChaCha20Cipher(new ChaCha20V256()), new Poly1305Authenticator(new Poly1305GroupsV256())),
            128 => (new ChaCha20Cipher(new ChaCha20V128()), new Poly1305Authenticator(null)),
            _ => throw new ArgumentOutOfRangeException(nameof(vectorBits)),
        };
        Name = $"managed-{vectorBits}";
    }

    /// <summary>The width in bits of the widest vectors that this machine works with at full speed.</summary>
    internal static int WidestVector =>
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported && Avx2.IsSupported ? 512 : Avx2.IsSupported ? 256 : 128;

    internal override string Name { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Seal(ReadOnlySpan<byte> key, Span<byte> slab, ReadOnlySpan<AeadSegment> segments)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize, nameof(key));
        foreach (ref readonly AeadSegment segment in segments)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(segment.Length, TagSize, nameof(segments));
            _ = slab.Slice(segment.Offset, segment.Length);
        }
        while (segments.Length > 1)
        {
            ReadOnlySpan<AeadSegment> some = segments[..Math.Min(AeadScratch.Messages, segments.Length)];
            SealSome(key, slab, some);
            segments = segments[some.Length..];
        }
        base.Seal(key, slab, segments);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override int Open(ReadOnlySpan<byte> key, Span<byte> slab, Span<AeadSegment> segments)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize, nameof(key));
        foreach (ref readonly AeadSegment segment in segments) _ = slab.Slice(segment.Offset, segment.Length);
        int authentic = 0;
        while (segments.Length > 1)
        {
            Span<AeadSegment> some = segments[..Math.Min(AeadScratch.Messages, segments.Length)];
            authentic += OpenSome(key, slab, some);
            segments = segments[some.Length..];
        }
        return authentic + base.Open(key, slab, segments);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override unsafe void SealCore(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
    {
        byte* stack = stackalloc byte[AeadScratch.Room];
        ref AeadScratch scratch = ref AeadScratch.On(stack);
        Span<byte> text = buffer[..^TagSize];
        int ready = _cipher.Start(ref scratch, key, nonce, text.Length);
        ref Poly1305State state = ref scratch.State;
        state.Initialize(in scratch.Keystream[0]);
        _cipher.Apply(ref scratch, text, ready);
        WriteTag(ref buffer[text.Length], _authenticator.Authenticate(ref state, associatedData, text, ref scratch.Poly1305));
        AeadScratch.EraseSingle(ref scratch);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override unsafe bool TryOpenCore(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
    {
        byte* stack = stackalloc byte[AeadScratch.Room];
        ref AeadScratch scratch = ref AeadScratch.On(stack);
        Span<byte> text = buffer[..^TagSize];
        int ready = _cipher.Start(ref scratch, key, nonce, text.Length);
        ref Poly1305State state = ref scratch.State;
        state.Initialize(in scratch.Keystream[0]);
        bool authentic = IsTag(
            in buffer[text.Length], _authenticator.Authenticate(ref state, associatedData, text, ref scratch.Poly1305));
        if (authentic) _cipher.Apply(ref scratch, text, ready);
        AeadScratch.EraseSingle(ref scratch);
        return authentic;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private unsafe void SealSome(ReadOnlySpan<byte> key, Span<byte> slab, ReadOnlySpan<AeadSegment> segments)
    {
        byte* stack = stackalloc byte[AeadScratch.Room];
        ref AeadScratch scratch = ref AeadScratch.On(stack);
        ref byte first = ref MemoryMarshal.GetReference(slab);
        Span<byte> room = stackalloc byte[AeadScratch.Messages];
        ReadOnlySpan<byte> order = LongestFirst(segments, room);
        ChaCha20Cipher.StartBatch(ref scratch, key);
        _cipher.StartStates(ref scratch, segments, order);
        foreach (ref readonly AeadSegment segment in segments)
        {
            _cipher.Apply(ref scratch, ref first, segment.Offset, Poly1305Authenticator.TextLength(in segment), segment.Counter);
        }
        _cipher.ApplyGathered(ref scratch, ref first);
        _authenticator.Authenticate(ref scratch, in first, segments, order);
        for (int i = 0; i < order.Length; i++)
        {
            ref readonly AeadSegment segment = ref segments[order[i]];
            WriteTag(ref Unsafe.Add(ref first, segment.Offset + Poly1305Authenticator.TextLength(in segment)), scratch.Tags[i]);
        }
        AeadScratch.Erase(ref scratch);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private unsafe int OpenSome(ReadOnlySpan<byte> key, Span<byte> slab, Span<AeadSegment> segments)
    {
        byte* stack = stackalloc byte[AeadScratch.Room];
        ref AeadScratch scratch = ref AeadScratch.On(stack);
        ref byte first = ref MemoryMarshal.GetReference(slab);
        Span<byte> room = stackalloc byte[AeadScratch.Messages];
        ReadOnlySpan<byte> order = LongestFirst(segments, room);
        ChaCha20Cipher.StartBatch(ref scratch, key);
        _cipher.StartStates(ref scratch, segments, order);
        _authenticator.Authenticate(ref scratch, in first, segments, order);
        foreach (ref AeadSegment segment in segments) segment.Authentic = false;
        int authentic = 0;
        for (int i = 0; i < order.Length; i++)
        {
            ref AeadSegment segment = ref segments[order[i]];
            int length = Poly1305Authenticator.TextLength(in segment);
            segment.Authentic = IsTag(in Unsafe.Add(ref first, segment.Offset + length), scratch.Tags[i]);
            if (!segment.Authentic) continue;
            authentic++;
            _cipher.Apply(ref scratch, ref first, segment.Offset, length, segment.Counter);
        }
        _cipher.ApplyGathered(ref scratch, ref first);
        AeadScratch.Erase(ref scratch);
        return authentic;
    }

    // The messages that have room for a tag, by falling length. Most batches come in that order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ReadOnlySpan<byte> LongestFirst(ReadOnlySpan<AeadSegment> segments, Span<byte> order)
    {
        int count = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            if (segments[i].Length < TagSize) continue;
            int place = count++;
            for (; place > 0 && segments[order[place - 1]].Length < segments[i].Length; place--) order[place] = order[place - 1];
            order[place] = (byte)i;
        }
        return order[..count];
    }

    private static void WriteTag(ref byte tag, (ulong Low, ulong High) value)
    {
        Unsafe.WriteUnaligned(ref tag, value.Low);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref tag, 8), value.High);
    }

    // All bits are compared at once.
    private static bool IsTag(ref readonly byte tag, (ulong Low, ulong High) value)
    {
        ulong low = Unsafe.ReadUnaligned<ulong>(in tag), high = Unsafe.ReadUnaligned<ulong>(in Unsafe.Add(ref Unsafe.AsRef(in tag), 8));
        return ((low ^ value.Low) | (high ^ value.High)) == 0;
    }
}
