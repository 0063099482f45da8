using System.IO.Pipelines;

namespace Apex.Vpn.Protocol.Transports.Streams;

/// <summary>
/// Moves bytes between a stream and two pipes, so that neither who sends nor who receives ever waits for the stream. Reading stops while
/// much is waiting to be received; what is to be sent is bounded by the sender.
/// </summary>
internal sealed class StreamPump : IDisposable
{
    /// <summary>Several datagrams of the greatest length.</summary>
    private const int IncomingBytes = 1 << 20;
    private const int ReadBytes = 64 * 1024;

    private readonly Stream _stream;
    private readonly Action _arrived;
    private readonly Action<string> _ended;
    private readonly CancellationTokenSource _stop = new();
    private readonly Pipe _incoming = new(NewOptions(IncomingBytes));
    private readonly Pipe _outgoing = new(NewOptions(pauseBytes: 0));
    private long _queuedBytes;

    internal StreamPump(Stream stream, Action arrived, Action<string> ended)
    {
        _stream = stream;
        _arrived = arrived;
        _ended = ended;
    }

    /// <summary>What has been received. One thread at a time.</summary>
    internal PipeReader Incoming => _incoming.Reader;

    /// <summary>What is to be sent. One thread at a time; written bytes are announced by <see cref="Queue"/>.</summary>
    internal PipeWriter Outgoing => _outgoing.Writer;

    /// <summary>How many bytes wait for the stream.</summary>
    internal long QueuedBytes => Interlocked.Read(ref _queuedBytes);

    internal void Start()
    {
        _ = Task.Run(ReceiveAsync);
        _ = Task.Run(SendAsync);
    }

    /// <summary>Hands over what was written to <see cref="Outgoing"/>.</summary>
    internal void Queue(int bytes)
    {
        Interlocked.Add(ref _queuedBytes, bytes);
        ValueTask<FlushResult> flush = _outgoing.Writer.FlushAsync(CancellationToken.None);
        System.Diagnostics.Debug.Assert(flush.IsCompleted, "the pipe never pauses its writer");
        _ = flush.GetAwaiter().GetResult();
    }

    /// <summary>Ends both directions. The stream is the caller's to close.</summary>
    public void Dispose() => _stop.Cancel();

    private async Task ReceiveAsync()
    {
        string reason = "The other side ended the stream.";
        PipeWriter writer = _incoming.Writer;
        try
        {
            while (true)
            {
                int count = await _stream.ReadAsync(writer.GetMemory(ReadBytes), _stop.Token).ConfigureAwait(false);
                if (count == 0) break;
                writer.Advance(count);
                ValueTask<FlushResult> flush = writer.FlushAsync(_stop.Token);
                _arrived(); // before the wait, which only a receiver that was told can end
                if ((await flush.ConfigureAwait(false)).IsCompleted) break;
            }
        }
        catch (Exception e) when (IsOfTheStream(e))
        {
            reason = e.Message;
        }

        await writer.CompleteAsync().ConfigureAwait(false);
        _ended(reason);
    }

    private async Task SendAsync()
    {
        string reason = "Sending was ended.";
        PipeReader reader = _outgoing.Reader;
        try
        {
            while (true)
            {
                ReadResult result = await reader.ReadAsync(_stop.Token).ConfigureAwait(false);
                foreach (ReadOnlyMemory<byte> part in result.Buffer)
                {
                    await _stream.WriteAsync(part, _stop.Token).ConfigureAwait(false);
                }

                await _stream.FlushAsync(_stop.Token).ConfigureAwait(false);
                long sent = result.Buffer.Length;
                reader.AdvanceTo(result.Buffer.End);
                Interlocked.Add(ref _queuedBytes, -sent);
                if (result.IsCompleted) break;
            }
        }
        catch (Exception e) when (IsOfTheStream(e))
        {
            reason = e.Message;
        }

        await reader.CompleteAsync().ConfigureAwait(false);
        _ended(reason);
    }

    /// <summary>A stream of any kind (TCP, TLS, a program's own) may fail in any way that an exception can say.</summary>
    private static bool IsOfTheStream(Exception e) => e is not (OutOfMemoryException or StackOverflowException);

    /// <summary>Continuations run on the pool, never on the threads of the data path.</summary>
    private static PipeOptions NewOptions(long pauseBytes) => new(
        pauseWriterThreshold: pauseBytes,
        resumeWriterThreshold: pauseBytes / 2,
        minimumSegmentSize: ReadBytes,
        useSynchronizationContext: false);
}
