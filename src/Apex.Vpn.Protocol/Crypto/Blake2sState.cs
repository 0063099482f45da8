using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Apex.Vpn.Protocol.Crypto;

/// <summary>A BLAKE2s computation in progress: data arrives in pieces. Erased by <see cref="Finish"/>.</summary>
/// <remarks>A mutable value of about 120 bytes: keep it in a local and pass it by reference.</remarks>
internal struct Blake2sState
{
    private Chain _chain;
    private Block _pending;
    private ulong _compressed;
    private int _filled;
    private int _outputLength;

    /// <summary>Starts a hash of <paramref name="outputLength"/> bytes (1 to 32).</summary>
    internal Blake2sState(int outputLength) => Initialize(outputLength, default);

    /// <summary>Starts a keyed hash; <paramref name="key"/> has at most 32 bytes, none means unkeyed.</summary>
    internal Blake2sState(int outputLength, ReadOnlySpan<byte> key) => Initialize(outputLength, key);

    /// <summary>Starts a hash of <paramref name="outputLength"/> bytes (1 to 32), whatever was in progress before.</summary>
    internal void Initialize(int outputLength) => Initialize(outputLength, default);

    /// <summary>Starts a keyed hash; <paramref name="key"/> has at most 32 bytes, none means unkeyed.</summary>
    internal void Initialize(int outputLength, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outputLength, Blake2s.HashSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, Blake2s.HashSize, nameof(key));
        _outputLength = outputLength;
        _compressed = 0;
        Span<uint> chain = _chain;
        Blake2sCompression.InitialVector.CopyTo(chain);
        chain[0] ^= 0x0101_0000u | ((uint)key.Length << 8) | (uint)outputLength; // RFC 7693 2.5: fanout 1, depth 1
        Span<byte> pending = _pending;
        pending.Clear();
        key.CopyTo(pending);
        _filled = key.IsEmpty ? 0 : Blake2s.BlockSize;
    }

    /// <summary>Starts a keyed hash of data that is not empty, whatever was in progress before: the key is hashed at once, so that copies of
    /// this state share it.</summary>
    internal void InitializeByKey(int outputLength, ReadOnlySpan<byte> key)
    {
        Debug.Assert(!key.IsEmpty);
        Initialize(outputLength, key);
        Span<byte> pending = _pending;
        Blake2sCompression.Compress(_chain, pending, _compressed += Blake2s.BlockSize, isLast: false);
        CryptographicOperations.ZeroMemory(pending);
        _filled = 0;
    }

    /// <summary>Adds data.</summary>
    internal void Update(scoped ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return;
        Span<byte> pending = _pending;
        int room = Blake2s.BlockSize - _filled;
        if (data.Length > room)
        {
            // The last block is compressed by Finish with its own flag, so a full block waits until more data is known to follow.
            data[..room].CopyTo(pending[_filled..]);
            Blake2sCompression.Compress(_chain, pending, _compressed += Blake2s.BlockSize, isLast: false);
            data = data[room..];
            _filled = 0;
            while (data.Length > Blake2s.BlockSize)
            {
                Blake2sCompression.Compress(_chain, data, _compressed += Blake2s.BlockSize, isLast: false);
                data = data[Blake2s.BlockSize..];
            }
        }
        data.CopyTo(pending[_filled..]);
        _filled += data.Length;
    }

    /// <summary>Adds one block of which it is known that more data follows: it is hashed at once, so that copies of this state share it.</summary>
    internal void UpdateByBlock(scoped ReadOnlySpan<byte> block)
    {
        Debug.Assert(block.Length == Blake2s.BlockSize && _filled == 0);
        Blake2sCompression.Compress(_chain, block, _compressed += Blake2s.BlockSize, isLast: false);
    }

    /// <summary>Writes the result, which has the length given at the start, and erases this state.</summary>
    internal void Finish(scoped Span<byte> result)
    {
        Debug.Assert(_outputLength != 0, "Initialize comes first.");
        Span<byte> pending = _pending;
        pending[_filled..].Clear();
        Blake2sCompression.Compress(_chain, pending, _compressed + (uint)_filled, isLast: true);
        Span<uint> chain = _chain;
        if (!BitConverter.IsLittleEndian) System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(chain, chain);
        MemoryMarshal.AsBytes(chain)[.._outputLength].CopyTo(result);
        Erase();
    }

    /// <summary>Erases this state.</summary>
    internal void Erase() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<Blake2sState>(ref this)));

    [InlineArray(8)]
    private struct Chain
    {
        private uint _word;
    }

    [InlineArray(Blake2s.BlockSize)]
    private struct Block
    {
        private byte _byte;
    }
}
