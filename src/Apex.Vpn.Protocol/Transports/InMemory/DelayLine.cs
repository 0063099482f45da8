using System.Buffers;

namespace Apex.Vpn.Protocol.Transports.InMemory;

/// <summary>Datagrams on their way: handed over when their time has come, those of one time in the order they were sent.</summary>
internal sealed class DelayLine : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Flight, (long Due, long Number)> _flights = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _count;

    internal DelayLine(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static line => ((DelayLine)line!).Land(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sends a datagram on its way.</summary>
    internal void Add(TimeSpan delay, UdpEndpoint from, UdpEndpoint to, ReadOnlySpan<byte> datagram, byte trafficClass, Landing landing)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(datagram.Length);
        datagram.CopyTo(bytes);
        long due = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
        lock (_gate)
        {
            _flights.Enqueue(new Flight(from, to, bytes, datagram.Length, trafficClass, landing), (due, _count++));
            Arm();
        }
    }

    private void Land()
    {
        while (true)
        {
            Flight flight;
            lock (_gate)
            {
                if (!_flights.TryPeek(out flight, out (long Due, long) next)) return;
                if (next.Due > _time.GetTimestamp())
                {
                    Arm();
                    return;
                }

                _flights.Dequeue();
            }

            flight.Landing(flight.From, flight.To, flight.Bytes.AsSpan(0, flight.Length), flight.TrafficClass);
            ArrayPool<byte>.Shared.Return(flight.Bytes);
        }
    }

    private void Arm()
    {
        if (!_flights.TryPeek(out _, out (long Due, long) next)) return;
        double seconds = (double)(next.Due - _time.GetTimestamp()) / _time.TimestampFrequency;
        // Timers count in milliseconds and may be early by less than one: rounding up keeps them from firing for nothing.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(seconds * 1000))), Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>What happens at the end of the way.</summary>
    internal delegate void Landing(UdpEndpoint from, UdpEndpoint to, ReadOnlySpan<byte> datagram, byte trafficClass);

    private readonly record struct Flight(
        UdpEndpoint From, UdpEndpoint To, byte[] Bytes, int Length, byte TrafficClass, Landing Landing);
}
