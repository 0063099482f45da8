using System.Buffers;
using System.Buffers.Binary;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Protocol.Transports.Streams;

namespace Apex.Vpn.Fuzz.Families;

/// <summary>Streams of framed datagrams, cut into pieces anywhere and damaged: read as a plain reader of one array reads them.</summary>
internal sealed class FramingFuzzer(ulong seed) : Fuzzer
{
    private const int MaxStream = 4096;

    private readonly FuzzDice _dice = new(seed);
    private readonly ArrayBufferWriter<byte> _stream = new(2 * MaxStream);
    private readonly byte[] _datagram = new byte[MaxStream];
    private byte[] _bytes = [];
    private long _datagrams;

    internal override string LastInput => Convert.ToHexString(_bytes);

    internal override void Feed()
    {
        _stream.ResetWrittenCount();
        while (_stream.WrittenCount < MaxStream && !_dice.OneIn(6))
        {
            Span<byte> datagram = _datagram.AsSpan(0, _dice.OneIn(12) ? _dice.Below(2000) : _dice.Below(200));
            _dice.Fill(datagram);
            StreamFraming.Write(_stream, datagram);
        }
        _bytes = _stream.WrittenSpan.ToArray();
        if (_dice.OneIn(3)) _dice.Damage(_bytes);
        if (_dice.OneIn(3)) _bytes = _bytes[.._dice.Below(_bytes.Length + 1)];
        Compare(_dice.OneIn(2) ? 65535 : _dice.Between(1, 1500));
    }

    internal override void Check()
    {
    }

    public override void Dispose()
    {
    }

    internal override void Finish(FuzzTally tally) => tally.Add("framed datagrams read", _datagrams);

    private void Compare(int maxDatagram)
    {
        ReadOnlySequence<byte> received = Cut();
        for (int at = 0; ;)
        {
            StreamFraming.Verdict verdict = StreamFraming.TryTake(ref received, maxDatagram, out int length, out ReadOnlySequence<byte> datagram);
            int left = _bytes.Length - at;
            int told = left < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(at));
            StreamFraming.Verdict expected = left < 2 ? StreamFraming.Verdict.Incomplete
                : told == 0 || told > maxDatagram ? StreamFraming.Verdict.Malformed
                : left < 2 + told ? StreamFraming.Verdict.Incomplete
                : StreamFraming.Verdict.Complete;
            FuzzException.Require(verdict == expected && length == told, $"At {at}: {verdict} with {length} instead of {expected} with {told}.");
            if (verdict != StreamFraming.Verdict.Complete) return;
            FuzzException.Require(datagram.ToArray().AsSpan().SequenceEqual(_bytes.AsSpan(at + 2, told)), $"At {at}: another datagram.");
            at += 2 + told;
            _datagrams++;
        }
    }

    private ReadOnlySequence<byte> Cut()
    {
        var first = new Piece(ReadOnlyMemory<byte>.Empty, 0);
        Piece last = first;
        for (int at = 0; at < _bytes.Length;)
        {
            int length = Math.Min(_dice.OneIn(3) ? 1 : _dice.Below(300), _bytes.Length - at);
            last = last.Append(_bytes.AsMemory(at, length));
            at += length;
        }
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        internal Piece(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        internal Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
