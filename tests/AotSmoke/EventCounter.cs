using System.Diagnostics.Tracing;
using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.AotSmoke;

/// <summary>Counts what the engine's event source says.</summary>
internal sealed class EventCounter : EventListener
{
    private int _count;

    internal int Count => Volatile.Read(ref _count);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == TelemetryNames.EventSource) EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventSource.Name == TelemetryNames.EventSource) Interlocked.Increment(ref _count);
    }
}
