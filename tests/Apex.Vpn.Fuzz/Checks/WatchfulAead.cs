using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Fuzz.Checks;

/// <summary>
/// Seals and opens as another provider does, and watches how keys are used, in Release as well: no counter twice under one key, whichever
/// side seals; no key that was erased; no key that changes while it is in use.
/// </summary>
/// <remarks>Safe from any thread. What is wrong is noted in <see cref="Violations"/>, so that workers go on and the test reports.</remarks>
/// <param name="inner">Does the work.</param>
/// <param name="isLossless">Whether all that is opened arrives as it was sealed: then what was sealed under a key must open under it.</param>
internal sealed class WatchfulAead(AeadProvider inner, bool isLossless = false) : AeadProvider
{
    // Remembers under which key recent messages were sealed: part of the tag, and part of the key.
    private const int RememberedTags = 1 << 17;
    private const int KeyBits = 24;

    private readonly ConcurrentDictionary<UInt128, CounterSet> _keys = new();
    private readonly ulong[] _tags = new ulong[isLossless ? RememberedTags : 0];

    internal override string Name => inner.Name;

    internal ConcurrentQueue<string> Violations { get; } = new();

    /// <summary>How many keys sealed something.</summary>
    internal int Keys => _keys.Count;

    /// <summary>Is told of each attempt to open: key, counter and whether it was authentic.</summary>
    internal Action<UInt128, ulong, bool>? Opened { get; set; }

    /// <summary>Forgets all keys, to give memory back once nothing is sealed any more.</summary>
    internal void Forget() => _keys.Clear();

    internal override void Seal(ReadOnlySpan<byte> key, Span<byte> slab, ReadOnlySpan<AeadSegment> segments)
    {
        UInt128 identity = Identify(key, "seal");
        foreach (ref readonly AeadSegment segment in segments) Note(identity, segment.Counter);
        inner.Seal(key, slab, segments);
        if (Identify(key, "seal") != identity) Report("A key changed while it sealed.");
        foreach (ref readonly AeadSegment segment in segments) Remember(identity, slab.Slice(segment.Offset, segment.Length));
    }

    internal override int Open(ReadOnlySpan<byte> key, Span<byte> slab, Span<AeadSegment> segments)
    {
        UInt128 identity = Identify(key, "open");
        Span<bool> known = stackalloc bool[segments.Length];
        for (int i = 0; i < segments.Length; i++) known[i] = WasSealedUnder(identity, slab.Slice(segments[i].Offset, segments[i].Length));
        int authentic = inner.Open(key, slab, segments);
        if (Identify(key, "open") != identity) Report("A key changed while it opened.");
        for (int i = 0; i < segments.Length; i++)
        {
            if (!segments[i].Authentic && known[i]) Report("A message did not open under the key that sealed it.");
            Opened?.Invoke(identity, segments[i].Counter, segments[i].Authentic);
        }
        return authentic;
    }

    protected override void SealCore(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
    {
        UInt128 identity = Identify(key, "seal");
        Note(identity, Counter(nonce));
        inner.SealWithNonce(key, nonce, associatedData, buffer);
        if (Identify(key, "seal") != identity) Report("A key changed while it sealed.");
        Remember(identity, buffer);
    }

    protected override bool TryOpenCore(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
    {
        UInt128 identity = Identify(key, "open");
        bool known = WasSealedUnder(identity, buffer);
        bool authentic = inner.TryOpenWithNonce(key, nonce, associatedData, buffer);
        if (Identify(key, "open") != identity) Report("A key changed while it opened.");
        if (!authentic && known) Report("A message did not open under the key that sealed it.");
        Opened?.Invoke(identity, Counter(nonce), authentic);
        return authentic;
    }

    private void Note(UInt128 identity, ulong counter)
    {
        if (!_keys.GetOrAdd(identity, static _ => new CounterSet()).Add(counter)) Report($"Counter {counter} was used twice under one key.");
    }

    private void Remember(UInt128 identity, ReadOnlySpan<byte> message)
    {
        if (isLossless) Volatile.Write(ref Remembered(message, out ulong tag), tag | KeyPart(identity));
    }

    private bool WasSealedUnder(UInt128 identity, ReadOnlySpan<byte> message) =>
        isLossless && message.Length >= TagSize && Volatile.Read(ref Remembered(message, out ulong tag)) == (tag | KeyPart(identity));

    private UInt128 Identify(ReadOnlySpan<byte> key, string use)
    {
        if (!key.ContainsAnyExcept((byte)0)) Report($"Asked to {use} with an erased key.");
        if (!key.ContainsAnyExcept(SecretSlot.Poison)) Report($"Asked to {use} with a freed key.");
        // Keys are random: half of one names it.
        return MemoryMarshal.Read<UInt128>(key) ^ MemoryMarshal.Read<UInt128>(key[16..]);
    }

    private ref ulong Remembered(ReadOnlySpan<byte> message, out ulong tag)
    {
        ulong bits = MemoryMarshal.Read<ulong>(message[^TagSize..]);
        tag = bits << KeyBits;
        return ref _tags[(int)(bits >> 47)]; // 17 bits, of which the part that is kept holds none
    }

    private static ulong KeyPart(UInt128 identity) => (ulong)identity & ((1UL << KeyBits) - 1);

    private static ulong Counter(ReadOnlySpan<byte> nonce) => BinaryPrimitives.ReadUInt64LittleEndian(nonce[4..]);

    private void Report(string violation)
    {
        if (Violations.Count < 100) Violations.Enqueue(violation);
    }
}
