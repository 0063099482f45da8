using System.Threading.Channels;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol;

/// <summary>Carries what happens to notices from the control worker to whoever waits for it. Safe from any thread.</summary>
internal sealed class NoticeEvents
{
    /// <summary>So many wait for the application; it is the oldest that go, since the newest counts.</summary>
    private const int Capacity = 64;

    private readonly Channel<Notice> _received = Channel.CreateBounded<Notice>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });

    private TaskCompletionSource? _settled;

    internal ChannelReader<Notice> Received => _received.Reader;

    internal void Take(Notice notice) => _received.Writer.TryWrite(notice);

    /// <summary>A task that ends with the next <see cref="Settle"/>. To be called under the control worker's lock.</summary>
    internal Task UntilSettled() => (_settled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>No notice of ours waits for its acknowledgement. Called under the control worker's lock, or after its end.</summary>
    internal void Settle()
    {
        _settled?.TrySetResult();
        _settled = null;
    }

    /// <summary>The device is at its end.</summary>
    internal void End()
    {
        Settle();
        _received.Writer.TryComplete();
    }
}
