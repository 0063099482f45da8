using System.Diagnostics;
using System.Security.Cryptography;

namespace Apex.Vpn.Protocol.Engine.Sessions;

/// <summary>Memory for keys in pinned arrays: the garbage collector makes no copies, and each key is overwritten when given back.</summary>
/// <remarks>
/// <para>Renting and returning take a lock (they happen once per session); reading a slot takes nothing. A slot must not be read once it is
/// returned: <see cref="Quiescence"/> finds out when that is certain.</para>
/// <para>DEBUG builds fill free slots with 0xDD, so that a late reader shows, and check at the next rent that nobody wrote there.</para>
/// </remarks>
internal sealed class SecretSlab : IDisposable
{
    private const int DefaultSlotsPerChunk = 256;

    private readonly Lock _lock = new();
    private readonly List<SecretChunk> _chunks = [];
    private readonly Stack<SecretSlot> _free = new();
    private readonly int _secretSize;
    private readonly int _slotsPerChunk;
    private bool _disposed;

    /// <summary>A slab without memory yet.</summary>
    /// <param name="secretSize">The size of each secret in bytes.</param>
    /// <param name="slotsPerChunk">By how many secrets it grows.</param>
    internal SecretSlab(int secretSize = 32, int slotsPerChunk = DefaultSlotsPerChunk)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secretSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(slotsPerChunk, 1);
        _secretSize = secretSize;
        _slotsPerChunk = slotsPerChunk;
    }

    /// <summary>How many slots are rented.</summary>
    internal int Live { get; private set; }

    /// <summary>The bytes of a slot.</summary>
    internal Span<byte> this[SecretSlot slot] => slot.Span;

    /// <summary>Takes a slot of zeros.</summary>
    /// <exception cref="ObjectDisposedException">The slab was disposed.</exception>
    internal SecretSlot Rent()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_free.Count == 0) Grow();
            SecretSlot slot = _free.Pop();
            CheckPoison(slot);
            slot.Chunk.Rented[slot.Index] = true;
            Live++;
            return slot;
        }
    }

    /// <summary>Overwrites a slot and takes it back.</summary>
    /// <exception cref="InvalidOperationException">The slot is not rented. Handed out twice, two sessions would share a key.</exception>
    internal void Return(SecretSlot slot)
    {
        lock (_lock)
        {
            if (slot.IsEmpty || !slot.Chunk.Rented[slot.Index]) throw new InvalidOperationException("The slot is not rented.");
            CryptographicOperations.ZeroMemory(slot.Span);
            Poison(slot);
            slot.Chunk.Rented[slot.Index] = false;
            _free.Push(slot);
            Live--;
        }
    }

    /// <summary>Overwrites all secrets, also those that are rented. Slots may still be returned.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (SecretChunk chunk in _chunks) CryptographicOperations.ZeroMemory(chunk.Bytes);
        }
    }

    private void Grow()
    {
        var chunk = new SecretChunk(_secretSize, _slotsPerChunk);
        _chunks.Add(chunk);
        for (int index = _slotsPerChunk - 1; index >= 0; index--)
        {
            var slot = new SecretSlot(chunk, index);
            Poison(slot);
            _free.Push(slot);
        }
    }

    [Conditional("DEBUG")]
    private static void Poison(SecretSlot slot) => slot.Span.Fill(SecretSlot.Poison);

    [Conditional("DEBUG")]
    private static void CheckPoison(SecretSlot slot)
    {
        if (slot.Span.ContainsAnyExcept(SecretSlot.Poison)) throw new InvalidOperationException("A slot was written to after its return.");
        slot.Span.Clear();
    }
}

/// <summary>A place for one secret in a <see cref="SecretSlab"/>. The default is no place.</summary>
internal readonly struct SecretSlot(SecretChunk chunk, int index)
{
    /// <summary>What free slots are filled with in DEBUG builds.</summary>
    internal const byte Poison = 0xDD;

    internal SecretChunk Chunk { get; } = chunk;

    internal int Index { get; } = index;

    internal bool IsEmpty => Chunk is null;

    /// <summary>The secret in place.</summary>
    internal Span<byte> Span => Chunk.Bytes.AsSpan(Index * Chunk.SecretSize, Chunk.SecretSize);
}

/// <summary>Pinned memory for a number of secrets.</summary>
internal sealed class SecretChunk(int secretSize, int slots)
{
    internal byte[] Bytes { get; } = GC.AllocateArray<byte>(secretSize * slots, pinned: true);

    internal bool[] Rented { get; } = new bool[slots];

    internal int SecretSize => secretSize;
}
