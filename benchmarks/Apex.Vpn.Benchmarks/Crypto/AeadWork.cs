using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Benchmarks.Crypto;

/// <summary>
/// Equal messages side by side in a slab, as segmentation makes them, to seal or open with a provider: some in a call, or one by one.
/// </summary>
internal sealed class AeadWork
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(AeadProvider.KeySize);
    private readonly AeadProvider _provider;
    private readonly AeadSegment[] _segments;
    private readonly byte[] _sealed, _slab;

    internal AeadWork(AeadProvider provider, int size, int messages)
    {
        _provider = provider;
        _segments = new AeadSegment[messages];
        int stride = size + AeadProvider.TagSize;
        for (int i = 0; i < messages; i++) _segments[i] = new AeadSegment { Offset = i * stride, Length = stride, Counter = (ulong)i };
        _slab = RandomNumberGenerator.GetBytes(messages * stride);
        SealEach();
        _sealed = [.. _slab];
    }

    /// <summary>Makes the slab hold what can be opened.</summary>
    internal void Reset() => _sealed.CopyTo(_slab, 0);

    internal void SealBatches(int size)
    {
        for (int i = 0; i < _segments.Length; i += size) _provider.Seal(_key, _slab, (ReadOnlySpan<AeadSegment>)_segments.AsSpan(i, size));
    }

    internal void OpenBatches(int size)
    {
        int authentic = 0;
        for (int i = 0; i < _segments.Length; i += size) authentic += _provider.Open(_key, _slab, _segments.AsSpan(i, size));
        Check(authentic);
    }

    internal void SealEach()
    {
        foreach (ref readonly AeadSegment segment in _segments.AsSpan())
        {
            _provider.Seal(_key, segment.Counter, default, _slab.AsSpan(segment.Offset, segment.Length));
        }
    }

    internal void OpenEach()
    {
        int authentic = 0;
        foreach (ref readonly AeadSegment segment in _segments.AsSpan())
        {
            if (_provider.TryOpen(_key, segment.Counter, default, _slab.AsSpan(segment.Offset, segment.Length))) authentic++;
        }
        Check(authentic);
    }

    private void Check(int authentic)
    {
        if (authentic != _segments.Length) throw new CryptographicException("A message that was sealed did not open.");
    }
}
