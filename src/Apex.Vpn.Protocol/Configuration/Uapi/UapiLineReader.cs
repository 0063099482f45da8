using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Takes lines out of a pipe, one at a time, each of bounded length, and erases each before the next.</summary>
internal sealed class UapiLineReader : IDisposable
{
    private readonly PipeReader _input;
    private readonly char[] _text;
    private ReadOnlySequence<byte> _unread;
    private int _length;
    private bool _holdsBuffer;
    private bool _skipping;

    internal UapiLineReader(PipeReader input, int maxBytes)
    {
        _input = input;
        _text = GC.AllocateArray<char>(maxBytes, pinned: true);
    }

    /// <summary>The line that was read last, without its end; valid until the next read.</summary>
    internal ReadOnlySpan<char> Text => _text.AsSpan(0, _length);

    /// <summary>Reads the next line; completes at once while the pipe has one.</summary>
    internal ValueTask<UapiLine> ReadAsync(CancellationToken cancellationToken)
    {
        Erase();
        return TryTake(out UapiLine line) ? new ValueTask<UapiLine>(line) : WaitAsync(cancellationToken);
    }

    public void Dispose() => Erase();

    private async ValueTask<UapiLine> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_holdsBuffer) _input.AdvanceTo(_unread.Start, _unread.End);
            _holdsBuffer = false;
            ReadResult result = await _input.ReadAsync(cancellationToken).ConfigureAwait(false);
            _unread = result.Buffer;
            _holdsBuffer = true;
            if (TryTake(out UapiLine line)) return line;
            if (result.IsCompleted) return UapiLine.End;
        }
    }

    private bool TryTake(out UapiLine line)
    {
        SequencePosition? end = _unread.PositionOf((byte)'\n');
        if (end is not { } lineEnd)
        {
            // Nothing of a line that will be refused is kept.
            _skipping |= _unread.Length > _text.Length;
            if (_skipping) _unread = _unread.Slice(_unread.End);
            line = default;
            return false;
        }
        ReadOnlySequence<byte> bytes = _unread.Slice(0, lineEnd);
        _unread = _unread.Slice(_unread.GetPosition(1, lineEnd));
        bool tooLong = _skipping || bytes.Length > _text.Length;
        _skipping = false;
        // Latin-1 gives each byte a character of its own; those beyond ASCII fit no key and no value.
        if (!tooLong) _length = Encoding.Latin1.GetChars(bytes, _text);
        line = tooLong ? UapiLine.TooLong : UapiLine.Text;
        return true;
    }

    private void Erase()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_text.AsSpan(0, _length)));
        _length = 0;
    }
}
