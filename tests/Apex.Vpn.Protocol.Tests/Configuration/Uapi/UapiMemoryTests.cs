using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Protocol.Tests.Configuration;

/// <summary>
/// What a conversation holds in memory. Client and session take turns on one thread, without a queue between them, so that what was
/// allocated and how far the session got can be read off exactly.
/// </summary>
public sealed class UapiMemoryTests
{
    private const int Many = 100_000;
    private const int PauseAt = 64 * 1024;
    private const int FlushAt = 32 * 1024; // the session's own step

    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: PauseAt,
        resumeWriterThreshold: PauseAt / 2,
        useSynchronizationContext: false);

    private readonly Pipe _requests = new(Inline);
    private readonly Pipe _replies = new(Inline);

    [Fact]
    [Trait("Item", "45")]
    public void Item45_a_get_of_100_000_peers_waits_for_a_slow_reader_and_keeps_nothing()
    {
        var device = new ManyPeersDevice(Many);
        Task serving = Serve(device);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Send("get=1\n\n");
        Assert.InRange(device.Read, 1, (PauseAt + FlushAt) / 200); // a peer has more than 200 bytes of text

        int peers = 0, mostRead = 0;
        long longest = 0, total = 0;
        while (_replies.Reader.TryRead(out ReadResult result) && !result.Buffer.IsEmpty)
        {
            longest = Math.Max(longest, result.Buffer.Length);
            ReadOnlySequence<byte> piece = result.Buffer.Slice(0, Math.Min(1500, result.Buffer.Length));
            total += piece.Length;
            peers += Count(piece);
            mostRead = Math.Max(mostRead, device.Read - peers);
            _replies.Reader.AdvanceTo(piece.End); // nothing more is examined: what is left is there at once
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Many, device.Read);
        Assert.Equal(Many, peers);
        Assert.True(total > Many * 300L);
        Assert.InRange(longest, PauseAt / 2, PauseAt + FlushAt + 1024);
        Assert.InRange(mostRead, 1, (PauseAt + FlushAt) / 200);
        Assert.InRange(allocated, 0, Many * 16L); // no object for a peer or a line
        Finish(serving);
    }

    [Fact]
    public void A_set_of_100_000_peers_is_kept_as_a_change_and_not_as_text()
    {
        var device = new ManyPeersDevice(0);
        Task serving = Serve(device);
        string line = new('0', 56);
        byte[][] peers = [.. Enumerable.Range(0, Many).Select(i => Encoding.ASCII.GetBytes(
            $"public_key={i:x8}{line}\nendpoint=10.0.0.1:51820\nreplace_allowed_ips=true\nallowed_ip=10.{i >> 8 & 255}.{i & 255}.0/24\n"))];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Send("set=1\n");
        foreach (byte[] peer in peers) Send(peer);
        Send("\n");
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((Many, 2 * Many), device.Applied);
        Assert.InRange(allocated, 0, Many * 1024L);
        Assert.Equal("errno=0\n\n", Reply());
        Finish(serving);
    }

    [Fact]
    public void A_line_that_never_ends_takes_no_memory()
    {
        var device = new ManyPeersDevice(0);
        Task serving = Serve(device);
        Send("set=1\nlisten_port=");
        byte[] more = Encoding.ASCII.GetBytes(new string('1', 1024));
        Send(more);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 16 * 1024; i++) Send(more);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        Send("\n\nset=1\n\n");
        Assert.Equal("errno=-71\n\nerrno=0\n\n", Reply());
        Finish(serving);
    }

    [Fact]
    public void A_refused_set_keeps_nothing_of_what_follows()
    {
        var device = new ManyPeersDevice(0);
        Task serving = Serve(device);
        Send("set=1\nnonsense=1\n");
        byte[] prefixes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("allowed_ip=10.0.0.0/8\n", 1000)));
        Send(prefixes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Many / 1000; i++) Send(prefixes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        Send("\n");
        Assert.Equal("errno=-22\n\n", Reply());
        Finish(serving);
    }

    private Task Serve(IDeviceControl device)
    {
        SynchronizationContext.SetSynchronizationContext(null); // without one, continuations run where they become due
        return new UapiSession(new Duplex(_requests.Reader, _replies.Writer), device, UapiLimits.Default).RunAsync(CancellationToken.None);
    }

    private void Send(string text) => Send(Encoding.ASCII.GetBytes(text));

    /// <summary>Hands bytes over, which the session takes at once: were they to wait in the pipe, the flush would wait too.</summary>
    private void Send(byte[] bytes)
    {
        bytes.CopyTo(_requests.Writer.GetSpan(bytes.Length));
        _requests.Writer.Advance(bytes.Length);
        Assert.True(_requests.Writer.FlushAsync().AsTask().IsCompletedSuccessfully);
    }

    private string Reply()
    {
        Assert.True(_replies.Reader.TryRead(out ReadResult result));
        string reply = Encoding.ASCII.GetString(result.Buffer);
        _replies.Reader.AdvanceTo(result.Buffer.End);
        return reply;
    }

    private void Finish(Task serving)
    {
        _requests.Writer.Complete();
        Assert.True(serving.IsCompletedSuccessfully);
    }

    /// <summary>Counts peers by a letter that stands in each peer's lines once and nowhere else.</summary>
    private static int Count(ReadOnlySequence<byte> text)
    {
        int count = 0;
        foreach (ReadOnlyMemory<byte> segment in text) count += segment.Span.Count((byte)'u'); // of public_key
        return count;
    }
}
